import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import { loadCheckpoint, saveCheckpoint, tf, useNativeBackend } from "@mmgeo/engine";
import { parseImageProcessor, visionSpecifications } from "@mmgeo/mmclip";
import { z } from "zod";
import { chatFormat, imagePlaceholder } from "../text/chat.js";
import { textTokenizer } from "../text/tokenizer.js";
import type { TokenizerFiles } from "../text/train-tokenizer.js";
import { ggufFileOf, readGgufFiles } from "./gguf.js";
import type { Parameters } from "./language.js";
import type { Model } from "./model.js";
import { type ModelConfig, parseModelConfig, tokensPerImage } from "./multimodal-config.js";
import { projectorParameterShapes } from "./multimodal.js";
import { canonicalName, withPrefix } from "./names.js";
import { checkParameters, isIgnoredParameter, languageParameterShapes } from "./parameters.js";

/** The largest JSON or text file of a checkpoint that is read: the biggest published tokenizers take some 35 MB. */
const maximumTextBytes = 256 * 1024 * 1024;

/** Loads JSON of a checkpoint folder, or null where the file is absent. */
async function optionalText(file: string): Promise<string | null> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > maximumTextBytes) throw new InputError({ message: `is larger than ${maximumTextBytes} bytes`, file });
    return bytes.toString("utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

async function optionalJson(file: string): Promise<Record<string, unknown> | null> {
  const text = await optionalText(file);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new InputError({ message: `is not JSON (${error instanceof Error ? error.message : String(error)})`, file, cause: error });
  }
  throw new InputError({ message: "is not a JSON object", file });
}

const endSchema = z.looseObject({ eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish() });

/** What a checkpoint's files say, before it is known whether they fit together. */
interface CheckpointFiles {
  configFile: Record<string, unknown>;
  configPath: string;
  /** by the names in the file */
  loaded: Parameters;
  tokenizer: TokenizerFiles | null;
  tokenizerPath: string;
  template: string | null;
  imageProcessor: Record<string, unknown> | null;
  /** beyond those of `config.json` */
  endTokens: number[];
}

/**
 * Loads a folder that transformers or this package wrote, a LLaVA checkpoint or a plain causal language model, or a GGUF file (or a
 * folder with one) of the llama or qwen2 architecture, whose weights are dequantised to float32.
 *
 * @throws InputError when the folder is not a checkpoint, its parameters do not fit its configuration, or its tokenizer
 * has ids beyond the embedding table
 */
export async function loadModel(folder: string): Promise<Model> {
  await useNativeBackend();
  const gguf = await ggufFileOf(folder);
  const files = gguf === null ? await readFolder(folder) : await readGguf(gguf);
  try {
    return assemble(files, folder);
  } catch (error) {
    tf.dispose(Object.values(files.loaded));
    throw error;
  }
}

async function readGguf(file: string): Promise<CheckpointFiles> {
  const { parameters, ...files } = await readGgufFiles(file);
  return { ...files, configPath: file, loaded: parameters, tokenizerPath: file, imageProcessor: null };
}

async function readFolder(folder: string): Promise<CheckpointFiles> {
  const { config: configFile, parameters: loaded } = await loadCheckpoint(folder);
  try {
    const tokenizer = await optionalJson(join(folder, "tokenizer.json"));
    const config = (await optionalJson(join(folder, "tokenizer_config.json"))) ?? {};
    const generation = endSchema.safeParse((await optionalJson(join(folder, "generation_config.json"))) ?? {});
    const declaredEnd = generation.success ? (generation.data.eos_token_id ?? null) : null;
    return {
      configFile,
      configPath: join(folder, "config.json"),
      loaded,
      tokenizer: tokenizer === null ? null : { tokenizer, config },
      tokenizerPath: join(folder, "tokenizer.json"),
      template: (await optionalText(join(folder, "chat_template.jinja"))) ?? templateOf(config) ?? templateOf((await optionalJson(join(folder, "chat_template.json"))) ?? {}),
      imageProcessor: await imageProcessorFile(folder),
      endTokens: declaredEnd === null ? [] : Array.isArray(declaredEnd) ? declaredEnd : [declaredEnd],
    };
  } catch (error) {
    tf.dispose(Object.values(loaded));
    throw error;
  }
}

function assemble({ configFile, configPath, loaded, tokenizer: tokenizerFiles, tokenizerPath, template, imageProcessor, endTokens: declaredEnds }: CheckpointFiles, folder: string): Model {
  const config = parseModelConfig(configFile, { file: configPath });
  const { multimodal, language } = config;
  const parameters: Parameters = {};
  const fileNames: Record<string, string> = {};
  for (const [fileName, tensor] of Object.entries(loaded)) {
    const name = multimodal === null ? fileName : canonicalName(fileName);
    const surplus = isIgnoredParameter(name) || (language.tiedHead && name.endsWith("lm_head.weight"));
    if (surplus) {
      tensor.dispose();
      continue;
    }
    parameters[name] = tensor;
    fileNames[name] = fileName;
  }
  checkParameters({ found: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape])), expected: parameterShapes(config), folder });
  const tokenizer = tokenizerFiles === null ? null : textTokenizer(tokenizerFiles, { file: tokenizerPath });
  if (tokenizer !== null && tokenizer.size > language.vocabularySize) {
    throw new InputError({ message: `has ids up to ${tokenizer.size - 1} but the embedding table has ${language.vocabularySize} rows; take the tokenizer of this checkpoint`, file: tokenizerPath });
  }
  const endTokens = new Set([...language.endTokens, ...declaredEnds]);
  const endOfText = tokenizer?.specialTokens["eos_token"];
  const endId = endOfText === undefined ? null : (tokenizer?.idOf(endOfText) ?? null);
  if (endId !== null) endTokens.add(endId);
  return {
    config,
    configFile,
    parameters,
    fileNames,
    tokenizer,
    chat: chatFormat({ template, specialTokens: tokenizer?.specialTokens, file: folder }),
    imageProcessor: multimodal === null ? null : parseImageProcessor(imageProcessor ?? assumedProcessor(multimodal.vision.image_size), { file: join(folder, "preprocessor_config.json") }),
    endTokens: [...endTokens],
  };
}

/** Shapes of every parameter under its name here. */
export function parameterShapes({ language, multimodal }: ModelConfig): Record<string, readonly number[]> {
  if (multimodal === null) return languageParameterShapes(language);
  const tower = visionSpecifications({ config: multimodal.vision, prefix: "vision_tower.vision_model." });
  return {
    ...Object.fromEntries(Object.entries(tower).map(([name, { shape }]) => [name, shape])),
    ...projectorParameterShapes(multimodal),
    ...withPrefix(languageParameterShapes(language), "language_model."),
  };
}

function templateOf(config: Record<string, unknown>): string | null {
  const template = config["chat_template"];
  return typeof template === "string" ? template : null;
}

/** transformers 5 keeps the image processor inside `processor_config.json`; before, it was a file of its own. */
async function imageProcessorFile(folder: string): Promise<Record<string, unknown> | null> {
  const own = await optionalJson(join(folder, "preprocessor_config.json"));
  if (own !== null) return own;
  const nested = (await optionalJson(join(folder, "processor_config.json")))?.["image_processor"];
  return typeof nested === "object" && nested !== null ? (nested as Record<string, unknown>) : null;
}

function assumedProcessor(side: number): Record<string, unknown> {
  return { do_resize: true, size: { height: side, width: side }, do_center_crop: false };
}

/**
 * Writes all that inference needs into one folder, which {@link loadModel} and Python's transformers open: `config.json`,
 * `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`, `chat_template.jinja`, `generation_config.json`,
 * `preprocessor_config.json` and `processor_config.json`.
 */
export async function saveModel(model: Model, folder: string): Promise<void> {
  const json = (name: string, value: unknown) => writeFileAtomic(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await json("generation_config.json", { eos_token_id: model.endTokens, ...(model.config.language.padToken === null ? {} : { pad_token_id: model.config.language.padToken }) });
  if (model.tokenizer !== null) {
    await json("tokenizer.json", model.tokenizer.files.tokenizer);
    await json("tokenizer_config.json", model.tokenizer.files.config);
  }
  if (model.chat.template !== null) await writeFileAtomic(join(folder, "chat_template.jinja"), model.chat.template);
  const { multimodal } = model.config;
  if (multimodal !== null) {
    await json("preprocessor_config.json", model.imageProcessor);
    await json("processor_config.json", {
      processor_class: "LlavaProcessor",
      image_token: imagePlaceholder,
      patch_size: multimodal.vision.patch_size,
      vision_feature_select_strategy: multimodal.featureSelection,
      num_additional_image_tokens: tokensPerImage(multimodal) - Math.floor(multimodal.vision.image_size / multimodal.vision.patch_size) ** 2 + (multimodal.featureSelection === "default" ? 1 : 0),
    });
  }
  // The weights come last: a folder with weights is a whole one.
  await saveCheckpoint(folder, { config: model.configFile, parameters: model.parameters });
}
