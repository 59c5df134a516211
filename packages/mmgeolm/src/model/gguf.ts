import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { readGgufCheckpoint, readGgufConfig, toTensor } from "@mmgeo/engine";
import { ggufTokenizer } from "../text/gguf-tokenizer.js";
import type { TokenizerFiles } from "../text/train-tokenizer.js";
import type { Parameters } from "./language.js";

/**
 * The GGUF file that a path means: itself, or the only one in a folder without `config.json`. Null for a checkpoint folder, or where there is nothing.
 *
 * @throws InputError when a folder holds several
 */
export async function ggufFileOf(path: string): Promise<string | null> {
  const about = await stat(path).catch(() => null);
  if (about === null) return null;
  if (about.isFile()) return path;
  const names = await readdir(path);
  if (names.includes("config.json")) return null;
  const files = names.filter((name) => name.toLowerCase().endsWith(".gguf")).sort();
  if (files.length > 1) throw new InputError({ message: `holds ${files.length} GGUF files (${files.slice(0, 3).join(", ")}…); name the one you mean`, file: path });
  return files[0] === undefined ? null : join(path, files[0]);
}

/** `config.json` of the model in a GGUF file, from its header alone. */
export async function ggufConfigFile(file: string): Promise<Record<string, unknown>> {
  return (await readGgufConfig(file)).config;
}

/** A model in a GGUF file with its weights dequantised to float32, as a checkpoint's files would hold it. */
export async function readGgufFiles(file: string): Promise<{ configFile: Record<string, unknown>; parameters: Parameters; tokenizer: TokenizerFiles; template: string | null; endTokens: number[] }> {
  const { config, tensors, metadata } = await readGgufCheckpoint(file);
  const { files: tokenizer, template } = ggufTokenizer(metadata, { file });
  const parameters: Parameters = {};
  for (const name of Object.keys(tensors)) {
    const tensor = tensors[name];
    if (tensor !== undefined) parameters[name] = toTensor(tensor);
    // The bytes in JavaScript are not needed beside TensorFlow's.
    delete tensors[name];
  }
  const padding = metadata["tokenizer.ggml.padding_token_id"];
  const turnEnd = metadata["tokenizer.ggml.eot_token_id"];
  return { configFile: { ...config, ...(typeof padding === "number" ? { pad_token_id: padding } : {}), torch_dtype: "float32" }, parameters, tokenizer, template, endTokens: typeof turnEnd === "number" ? [turnEnd] : [] };
}
