import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, parseJson, writeFileAtomic } from "@mmgeo/dataset";
import { loadCheckpoint, saveCheckpoint, tf } from "@mmgeo/engine";
import { configFileOf, type ModelConfig, parseModelConfig } from "../config/model-config.js";
import { defaultImageProcessor, type ImageProcessor, parseImageProcessor } from "../images/image-processor.js";
import { normalValues, randomOf, textSeed } from "../random.js";
import { CaptionTokenizer } from "../text/caption-tokenizer.js";
import { canonicalName, isIgnoredName } from "./names.js";
import type { ParameterMap } from "./parameters.js";
import { modelSpecifications } from "./specifications.js";

/** A dual encoder: what a checkpoint folder holds. */
export interface ClipModel {
  config: ModelConfig;
  /** All parameters, by their names in transformers. */
  parameters: ParameterMap;
  imageProcessor: ImageProcessor;
  /** Null where the folder has no tokenizer.json; token ids can then still be encoded. */
  tokenizer: CaptionTokenizer | null;
  /** Where the checkpoint's file names a parameter otherwise: the name in the file, by ours. Written back as it was. */
  fileNames: Record<string, string>;
}

const tokenizerFiles = ["tokenizer.json", "tokenizer_config.json"] as const;

/** The padding id of a text tower. */
function paddingIdOf(config: ModelConfig): number {
  return config.text_config.pad_token_id;
}

/** The most tokens a text may have. XLM-RoBERTa's first position is after its padding id. */
export function maximumTokensOf(config: ModelConfig): number {
  const text = config.text_config;
  return text.model_type === "altclip_text_model" ? text.max_position_embeddings - text.pad_token_id - 1 : text.max_position_embeddings;
}

/**
 * A new model with random parameters that depend on `config` and `seed` alone. `tokenizer`, if given, has to fit the
 * vocabulary of the text tower.
 */
export function createModel({ config: given, seed, tokenizer = null }: { config: unknown; seed: number; tokenizer?: CaptionTokenizer | null }): ClipModel {
  const config = parseModelConfig(given);
  if (tokenizer !== null && tokenizer.vocabularySize > config.text_config.vocab_size) {
    throw new InputError({ message: `is ${config.text_config.vocab_size}, but the tokenizer has ${tokenizer.vocabularySize} tokens`, field: "text_config.vocab_size" });
  }
  const parameters: ParameterMap = {};
  for (const [name, { shape, initializer }] of Object.entries(modelSpecifications(config))) {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    const values = "constant" in initializer ? new Float32Array(count).fill(initializer.constant) : normalValues({ count, deviation: initializer.deviation, random: randomOf(seed, textSeed(name)) });
    parameters[name] = tf.tensor(values, shape, "float32");
  }
  return { config, parameters, imageProcessor: defaultImageProcessor(config), tokenizer, fileNames: {} };
}

async function readOptional(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new InputError({ message: `cannot be read (${error.code ?? error.message})`, file, cause: error });
  });
}

/**
 * Loads a checkpoint folder as transformers writes it. Throws an InputError that names the first tensor that is missing,
 * not known to this model type, or of another shape than the configuration says.
 */
export async function loadModel(folder: string): Promise<ClipModel> {
  const { config: rawConfig, parameters: stored } = await loadCheckpoint(folder);
  const parameters: ParameterMap = {};
  const fileNames: Record<string, string> = {};
  try {
    const config = parseModelConfig(rawConfig, { file: join(folder, "config.json") });
    const specifications = modelSpecifications(config);
    const surplus: string[] = [];
    for (const [fileName, tensor] of Object.entries(stored)) {
      const name = canonicalName(config.model_type, fileName);
      const specification = specifications[name];
      if (specification === undefined) {
        if (!isIgnoredName(fileName)) surplus.push(fileName);
        continue;
      }
      const sameShape = tensor.shape.join() === specification.shape.join();
      if (!sameShape && !(tensor.size === 1 && specification.shape.every((dimension) => dimension === 1))) {
        throw new InputError({ message: `has shape [${tensor.shape.join(", ")}], but config.json makes it [${specification.shape.join(", ")}]`, file: folder, field: fileName });
      }
      parameters[name] = sameShape ? tensor.clone() : tf.reshape(tensor, specification.shape);
      if (fileName !== name) fileNames[name] = fileName;
    }
    const missing = Object.keys(specifications).filter((name) => parameters[name] === undefined);
    for (const [names, problem] of [[missing, "is missing from the checkpoint"], [surplus, `does not belong to a ${config.model_type} model of this configuration`]] as const) {
      if (names.length > 0) throw new InputError({ message: `${problem}${names.length > 1 ? ` (and ${names.length - 1} more)` : ""}; check config.json against the weights`, file: folder, field: names[0] });
    }
    const processorFile = join(folder, "preprocessor_config.json");
    const processor = await readOptional(processorFile);
    const hasTokenizer = (await readOptional(join(folder, "tokenizer.json"))) !== null;
    return {
      config,
      parameters,
      imageProcessor: processor === null ? defaultImageProcessor(config) : parseImageProcessor(parseJson(processor, { file: processorFile }), { file: processorFile }),
      tokenizer: hasTokenizer ? await CaptionTokenizer.load(folder, { maximumTokens: maximumTokensOf(config), paddingId: paddingIdOf(config) }) : null,
      fileNames,
    };
  } catch (error) {
    tf.dispose(parameters);
    throw error;
  } finally {
    tf.dispose(stored);
  }
}

const architectures: Record<ModelConfig["model_type"], string> = { siglip: "SiglipModel", clip: "CLIPModel", altclip: "AltCLIPModel", "vision-text-dual-encoder": "VisionTextDualEncoderModel" };

/** Writes a checkpoint folder that transformers' `from_pretrained` opens. */
export async function saveModel({ model, folder }: { model: ClipModel; folder: string }): Promise<void> {
  const { config, parameters, imageProcessor, tokenizer, fileNames } = model;
  await mkdir(folder, { recursive: true });
  const stored = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [fileNames[name] ?? name, tensor]));
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  await writeFileAtomic(join(folder, "preprocessor_config.json"), json(imageProcessor));
  if (tokenizer !== null) {
    const [tokenizerFile, configFile] = tokenizerFiles;
    await writeFileAtomic(join(folder, tokenizerFile), json(tokenizer.files.tokenizer));
    await writeFileAtomic(join(folder, configFile), json(tokenizer.files.config));
  }
  await saveCheckpoint(folder, { config: { ...configFileOf(config), architectures: [architectures[config.model_type]], dtype: "float32" }, parameters: stored });
}

/** Frees the model's tensors. */
export function disposeModel(model: ClipModel): void {
  tf.dispose(model.parameters);
}

/** The number of parameters, in all and by tower. */
export function parameterCount(model: { parameters: Readonly<Record<string, { readonly size: number }>> }): { total: number; vision: number; text: number } {
  const counts = { total: 0, vision: 0, text: 0 };
  for (const [name, { size }] of Object.entries(model.parameters)) {
    counts.total += size;
    if (name.startsWith("vision_model.")) counts.vision += size;
    else if (name.startsWith("text_model.")) counts.text += size;
  }
  return counts;
}
