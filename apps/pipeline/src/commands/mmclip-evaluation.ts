import { type ImageVariant, imageVariants, writeFileAtomic } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { bootstrapInterval, comparePaired, type HitRate, hitRate, type Interval, type PairedComparison } from "@mmgeo/evaluation";
import { type CandidateRank, candidateSets, checkpointFolder, classRanks, disposeModel, loadModel, pairRanks, PixelStore, rankCandidates, readSamples, similarityMap, similarityMapSvg, writeRanks } from "@mmgeo/mmclip";
import { type Command, Option } from "commander";
import { count, wholeNumber } from "./mmclip-flags.js";
import { log, printJson } from "./output.js";

const percent = (share: number): string => (100 * share).toFixed(1);

/** What a set came to: Hit@1 with its Wilson interval, the mean reciprocal rank with a bootstrap interval, and both by class of edit. */
interface SetScore extends HitRate {
  meanReciprocalRankInterval: Interval;
  /** Hit@1 with every anchor replaced by the mean of all: what the candidates give away by themselves. */
  blindHitAt1: number;
  classes: Record<string, HitRate>;
}

function scoreOf(ranks: readonly CandidateRank[], seed: number): SetScore {
  return {
    ...hitRate(ranks),
    meanReciprocalRankInterval: bootstrapInterval({ values: ranks.map(({ rank }) => 1 / rank), seed }),
    blindHitAt1: hitRate(ranks.map(({ blindRank, count: candidates }) => ({ rank: blindRank, count: candidates }))).hitAt1,
    classes: Object.fromEntries(Object.entries(classRanks(ranks)).map(([name, own]) => [name, hitRate(own)])),
  };
}

interface EvaluateFlags {
  model: string;
  data: string;
  negatives: number;
  limit?: number;
  seed: number;
  variant?: ImageVariant;
  ranks?: string;
  json?: boolean;
}

export function registerEvaluate(mmclip: Command): void {
  mmclip
    .command("evaluate")
    .description("rank each positive among its candidates on four sets: random, retrieval, rule, image")
    .requiredOption("--model <dir>", "a checkpoint folder, or owner/name on the hub")
    .requiredOption("--data <dir>", "a dataset folder, a records.jsonl, or a JSON file in one of the paper's forms")
    .option("--negatives <n>", "most negatives a sample", count, 10)
    .option("--limit <n>", "most samples", count)
    .option("--seed <n>", "seed of the choice of negatives", wholeNumber, 0)
    .addOption(new Option("--variant <change>", "every picture changed so first: does the encoder still know it?").choices(imageVariants))
    .option("--ranks <file>", "write where each positive stood, for `mmgeo mmclip compare`")
    .option("--json", "end with one JSON object")
    .action(async ({ model: name, data, negatives, limit, seed, variant, ranks: ranksFile, json = false }: EvaluateFlags) => {
      await useNativeBackend();
      const { samples: all } = await readSamples(data);
      const samples = all.slice(0, limit);
      const model = await loadModel(await checkpointFolder(name, { onProgress: log }));
      const store = new PixelStore({ processor: model.imageProcessor, variant });
      const sets: Record<string, SetScore> = {};
      const everyRank: CandidateRank[] = [];
      for (const set of candidateSets) {
        const ranks = await rankCandidates({ model, samples, set, negatives, seed, store });
        if (ranks.length === 0) {
          log(`${set}: no sample has such negatives`);
          continue;
        }
        everyRank.push(...ranks);
        const score = scoreOf(ranks, seed);
        sets[set] = score;
        const lines = [
          `${set}: Hit@1 ${percent(score.hitAt1)} % [${score.interval.map(percent).join(", ")}], chance ${percent(score.chance)} %, blind ${percent(score.blindHitAt1)} %, mean reciprocal rank ${score.meanReciprocalRank.toFixed(3)} [${score.meanReciprocalRankInterval.map((value) => value.toFixed(3)).join(", ")}], ${score.n} samples`,
          ...Object.entries(score.classes).map(([edit, { hitAt1, interval, chance, n }]) => `  ${edit}: Hit@1 ${percent(hitAt1)} % [${interval.map(percent).join(", ")}], chance ${percent(chance)} %, ${n} samples`),
        ];
        for (const line of lines) {
          if (json) log(line);
          else process.stdout.write(`${line}\n`);
        }
      }
      disposeModel(model);
      if (ranksFile !== undefined) await writeRanks(ranksFile, everyRank);
      if (json) printJson({ model: name, data, variant: variant ?? null, samples: samples.length, sets });
    });
}

export function registerCompare(mmclip: Command): void {
  mmclip
    .command("compare")
    .description("paired tests between two encoders, from the ranks that evaluate --ranks wrote of each on the same data")
    .argument("<first>", "ranks of the first encoder")
    .argument("<second>", "ranks of the second")
    .option("--seed <n>", "seed of the bootstrap", wholeNumber, 0)
    .option("--json", "end with one JSON object")
    .action(async (first: string, second: string, { seed, json = false }: { seed: number; json?: boolean }) => {
      const sets: Record<string, PairedComparison> = {};
      for (const { set, first: left, second: right } of await pairRanks({ first, second })) {
        const comparison = comparePaired({ first: left, second: right, seed });
        sets[set] = comparison;
        const line = `${set}: ${percent(comparison.difference)} points [${comparison.interval.map(percent).join(", ")}], right in the first alone ${comparison.firstOnly}, in the second alone ${comparison.secondOnly}, p ${comparison.probability.toPrecision(2)}, ${comparison.n} samples`;
        if (json) log(line);
        else process.stdout.write(`${line}\n`);
      }
      if (json) printJson({ first, second, sets });
    });
}

interface MapFlags {
  model: string;
  image: string;
  text: string;
  against?: string;
  out: string;
  json?: boolean;
}

export function registerMap(mmclip: Command): void {
  mmclip
    .command("map")
    .description("which patches of a picture a caption depends on, as an SVG: each patch in turn is left blank")
    .requiredOption("--model <dir>", "a checkpoint folder, or owner/name on the hub")
    .requiredOption("--image <file>", "a picture")
    .requiredOption("--text <caption>", "a caption, or a part of one: a label, a relation")
    .option("--against <caption>", "a caption of which one statement is false: the map shows what tells the two apart")
    .requiredOption("--out <file>", "the SVG")
    .option("--json", "end with one JSON object")
    .action(async ({ model: name, image, text, against, out, json = false }: MapFlags) => {
      await useNativeBackend();
      const model = await loadModel(await checkpointFolder(name, { onProgress: log }));
      const map = await similarityMap({ model, image, text, against });
      disposeModel(model);
      await writeFileAtomic(out, await similarityMapSvg({ map, image, title: against === undefined ? text : `${text} / ${against}` }));
      if (json) printJson({ out, rows: map.rows, columns: map.columns, similarity: map.similarity, values: Array.from(map.values) });
      else log(`written to ${out}`);
    });
}
