import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import {
  checkpointFolder,
  type ClipModel,
  disposeModel,
  embedLines,
  embedTensorFile,
  type EncoderRecipe,
  estimateTraining,
  loadModel,
  lossTensorFile,
  measureRate,
  modelFolderOf,
  parameterCount,
  parseRunConfig,
  readSamples,
  type Sample,
  startingModel,
  trainStages,
} from "@mmgeo/mmclip";
import { loadConfig } from "c12";
import { type Command, Option } from "commander";
import { count } from "./mmclip-flags.js";
import { registerCompare, registerEvaluate, registerMap } from "./mmclip-evaluation.js";
import { log, printJson } from "./output.js";

/** Captions whose length says how long captions are. */
const MEASURED_CAPTIONS = 200;

/** Parameters, steps, memory and time of each stage. */
async function printEstimate({ model, samples, stages, json }: { model: ClipModel; samples: readonly Sample[]; stages: readonly EncoderRecipe[]; json: boolean }): Promise<void> {
  const rate = await measureRate();
  const lengths = samples.slice(0, MEASURED_CAPTIONS).map(({ caption }) => model.tokenizer?.encode(caption).length ?? 0);
  const meanTokens = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const estimates = stages.map((recipe) => {
    const estimate = estimateTraining({ model, samples: samples.length, recipe, meanTokens });
    return { ...estimate, seconds: (estimate.operations * estimate.steps) / rate };
  });
  for (const [index, { parameters, trainable, steps, images, texts, memoryBytes, seconds }] of estimates.entries()) {
    const line = `stage ${index + 1}: ${trainable} of ${parameters} parameters learn; ${steps} steps of at most ${images} pictures and ${texts} captions; about ${(memoryBytes / 1e9).toFixed(2)} GB and ${Math.ceil(seconds)} s`;
    if (json) log(line);
    else process.stdout.write(`${line}\n`);
  }
  if (json) printJson({ samples: samples.length, stages: estimates });
}

function registerTrain(mmclip: Command): void {
  mmclip
    .command("train")
    .description("train an encoder on records with their own negatives, in one or more stages")
    .requiredOption("--config <file>", "a configuration in TypeScript, JavaScript, JSON or YAML")
    .addOption(new Option("--freeze <tower>", "a tower that does not learn, in every stage; what it makes of each input is computed once and kept on disk").choices(["vision", "text"]))
    .option("--dry-run", "say what it would take, and train nothing")
    .option("--json", "end with one JSON object")
    .action(async ({ config: file, freeze, dryRun = false, json = false }: { config: string; freeze?: "vision" | "text"; dryRun?: boolean; json?: boolean }) => {
      if (!existsSync(file)) throw new InputError({ message: "there is no such configuration file; check the path given with --config", file });
      const { config: value } = await loadConfig<Record<string, unknown>>({ configFile: resolve(file), rcFile: false, globalRc: false, packageJson: false });
      const config = parseRunConfig({ value, file });
      const { samples, counts } = await readSamples(config.data);
      if (counts.sameAsPositive + counts.repeated > 0) log(`left out ${counts.sameAsPositive} negatives equal to their positive and ${counts.repeated} repeated ones`);
      await useNativeBackend();
      const model = await startingModel({ config, samples });
      log(`${samples.length} samples; ${parameterCount(model).total} parameters`);
      const stages = config.stages.map((stage) => (freeze === undefined ? stage : { ...stage, freeze }));
      if (dryRun) {
        await printEstimate({ model, samples, stages, json });
        disposeModel(model);
        return;
      }
      const result = await trainStages({
        model,
        samples,
        stages,
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
      const model = await loadModel(await checkpointFolder(folder, { onProgress: log }));
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

/** `mmgeo mmclip train | evaluate | compare | map | embed | loss` */
export function registerMmclipCommands(program: Command): void {
  const mmclip = program.command("mmclip").description("the encoder: train, measure, embed, compare with other programs");
  registerTrain(mmclip);
  registerEvaluate(mmclip);
  registerCompare(mmclip);
  registerMap(mmclip);
  registerEmbed(mmclip);
  registerLoss(mmclip);
}
