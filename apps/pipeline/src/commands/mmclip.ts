import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { type HitRate, hitRate } from "@mmgeo/evaluation";
import {
  candidateSets,
  disposeModel,
  embedLines,
  embedTensorFile,
  loadModel,
  lossTensorFile,
  modelFolderOf,
  parameterCount,
  parseRunConfig,
  PixelStore,
  rankCandidates,
  readSamples,
  startingModel,
  trainStages,
} from "@mmgeo/mmclip";
import { loadConfig } from "c12";
import { type Command, InvalidArgumentError, Option } from "commander";
import { log, printJson } from "./output.js";

const count = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("give a whole number from 1");
  return number;
};
const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError("give a whole number");
  return number;
};

/** A tally of negatives by the class of their edits. */
function classesOf(ranks: Awaited<ReturnType<typeof rankCandidates>>): Record<string, { negatives: number; won: number }> {
  const classes: Record<string, { negatives: number; won: number }> = {};
  for (const rank of ranks) {
    for (const [name, { won, count: negatives }] of Object.entries(rank.classes)) {
      const tally = (classes[name] ??= { negatives: 0, won: 0 });
      tally.negatives += negatives;
      tally.won += won;
    }
  }
  return classes;
}

function registerTrain(mmclip: Command): void {
  mmclip
    .command("train")
    .description("train an encoder on records with their own negatives, in one or more stages")
    .requiredOption("--config <file>", "a configuration in TypeScript, JavaScript, JSON or YAML")
    .option("--json", "end with one JSON object")
    .action(async ({ config: file, json = false }: { config: string; json?: boolean }) => {
      if (!existsSync(file)) throw new InputError({ message: "there is no such configuration file; check the path given with --config", file });
      const { config: value } = await loadConfig<Record<string, unknown>>({ configFile: resolve(file), rcFile: false, globalRc: false, packageJson: false });
      const config = parseRunConfig({ value, file });
      const { samples, counts } = await readSamples(config.data);
      if (counts.sameAsPositive + counts.repeated > 0) log(`left out ${counts.sameAsPositive} negatives equal to their positive and ${counts.repeated} repeated ones`);
      await useNativeBackend();
      const model = await startingModel({ config, samples });
      log(`${samples.length} samples; ${parameterCount(model).total} parameters`);
      const result = await trainStages({
        model,
        samples,
        stages: config.stages,
        seed: config.seed,
        folder: config.out,
        saveEvery: config.saveEvery,
        onProgress: ({ stage, stages, step, steps, loss, secondsLeft }) => {
          if (step === 1 || step % 10 === 0 || step === steps) log(`stage ${stage} of ${stages}: step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${Math.round(secondsLeft)} s left`);
        },
      });
      if (result.truncatedCaptions > 0) log(`${result.truncatedCaptions} captions were longer than the model reads and were cut`);
      disposeModel(result.model);
      const folder = modelFolderOf(config);
      if (json) printJson({ folder, samples: samples.length, steps: result.steps, resumedFrom: result.resumedFrom, loss: result.losses.at(-1) ?? null, examplesPerSecond: result.examplesPerSecond, truncatedCaptions: result.truncatedCaptions });
      else process.stdout.write(`${folder}\n`);
    });
}

interface EvaluateFlags {
  model: string;
  data: string;
  negatives: number;
  limit?: number;
  seed: number;
  blind?: boolean;
  json?: boolean;
}

function registerEvaluate(mmclip: Command): void {
  mmclip
    .command("evaluate")
    .description("rank each positive among its candidates on four sets: random, retrieval, rule, image")
    .requiredOption("--model <dir>", "a checkpoint folder")
    .requiredOption("--data <dir>", "a dataset folder or records.jsonl")
    .option("--negatives <n>", "most negatives a sample", count, 10)
    .option("--limit <n>", "most samples", count)
    .option("--blind", "a control: what the candidates give away by themselves, every anchor replaced by their mean")
    .option("--seed <n>", "seed of the choice of negatives", wholeNumber, 0)
    .option("--json", "end with one JSON object")
    .action(async ({ model: folder, data, negatives, limit, seed, blind = false, json = false }: EvaluateFlags) => {
      await useNativeBackend();
      const { samples: all } = await readSamples(data);
      const samples = all.slice(0, limit);
      const model = await loadModel(folder);
      const store = new PixelStore({ processor: model.imageProcessor });
      const sets: Record<string, HitRate & { classes: ReturnType<typeof classesOf> }> = {};
      for (const set of candidateSets) {
        const ranks = await rankCandidates({ model, samples, set, negatives, seed, blind, store });
        if (ranks.length === 0) {
          log(`${set}: no sample has such negatives`);
          continue;
        }
        const score = hitRate(ranks);
        sets[set] = { ...score, classes: classesOf(ranks) };
        const percent = (share: number): string => (100 * share).toFixed(1);
        const line = `${set}: Hit@1 ${percent(score.hitAt1)} % [${score.interval.map(percent).join(", ")}], chance ${percent(score.chance)} %, mean reciprocal rank ${score.meanReciprocalRank.toFixed(3)}, ${score.n} samples`;
        if (json) log(line);
        else process.stdout.write(`${line}\n`);
      }
      disposeModel(model);
      if (json) printJson({ model: folder, data, samples: samples.length, sets });
    });
}

interface EmbedFlags {
  model: string;
  in?: string;
  tensors?: string;
  out: string;
  json?: boolean;
}

function registerEmbed(mmclip: Command): void {
  mmclip
    .command("embed")
    .description("embeddings of unit length of images and captions")
    .requiredOption("--model <dir>", "a checkpoint folder")
    .addOption(new Option("--in <file>", 'lines {"caption"}, {"image"} or both').conflicts("tensors"))
    .option("--tensors <file>", "pixel_values, input_ids[, attention_mask] in a safetensors file")
    .requiredOption("--out <file>", "lines with textEmbedding and imageEmbedding, or image_embeds and text_embeds in a safetensors file")
    .option("--json", "end with one JSON object")
    .action(async ({ model: folder, in: lines, tensors, out, json = false }: EmbedFlags) => {
      if (lines === undefined && tensors === undefined) throw new InputError({ message: "give --in F.jsonl or --tensors F.safetensors", field: "--in" });
      await useNativeBackend();
      const model = await loadModel(folder);
      const { images, texts } = tensors === undefined ? await embedLines({ model, input: lines ?? "", output: out }) : await embedTensorFile({ model, input: tensors, output: out });
      disposeModel(model);
      if (json) printJson({ images, texts, out });
      else log(`embedded ${images} images and ${texts} texts, written to ${out}`);
    });
}

interface LossFlags {
  model: string;
  tensors: string;
  form: "text" | "image";
  loss: "softmax" | "sigmoid";
  groups: number;
  gradients?: boolean;
  out: string;
  json?: boolean;
}

function registerLoss(mmclip: Command): void {
  mmclip
    .command("loss")
    .description("the loss of samples over their own candidates, and its gradients: for comparison with other programs")
    .requiredOption("--model <dir>", "a checkpoint folder")
    .requiredOption("--tensors <file>", "pixel_values, input_ids[, attention_mask] in a safetensors file; each sample's positive candidate first")
    .addOption(new Option("--form <form>", "text: an image against its texts; image: a text against its images").choices(["text", "image"]).makeOptionMandatory())
    .addOption(new Option("--loss <kind>", "softmax or sigmoid").choices(["softmax", "sigmoid"]).makeOptionMandatory())
    .requiredOption("--groups <n>", "the number of samples", count)
    .option("--gradients", "write the gradient of every parameter as grad.NAME")
    .requiredOption("--out <file>", "loss[, grad.NAME] in a safetensors file")
    .option("--json", "end with one JSON object")
    .action(async ({ model: folder, tensors, form, loss: kind, groups, gradients = false, out, json = false }: LossFlags) => {
      await useNativeBackend();
      const model = await loadModel(folder);
      const { loss } = await lossTensorFile({ model, input: tensors, output: out, form, kind, groups, gradients });
      disposeModel(model);
      if (json) printJson({ loss, out });
      else log(`loss ${loss}, written to ${out}`);
    });
}

/** `mmgeo mmclip train | evaluate | embed | loss` */
export function registerMmclipCommands(program: Command): void {
  const mmclip = program.command("mmclip").description("the encoder: train, measure, embed, compare with other programs");
  registerTrain(mmclip);
  registerEvaluate(mmclip);
  registerEmbed(mmclip);
  registerLoss(mmclip);
}
