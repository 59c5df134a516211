import { InputError } from "@mmgeo/dataset";
import type { Answer } from "../answer.js";
import type { Usage } from "./endpoint.js";

/** A model that can be asked, and what identifies its answers. */
export interface Model {
  /** for tables: `gpt-4o`, the name of a folder */
  name: string;
  /** everything about the model that shapes an answer (endpoint, weights, decoding): part of every key of the response cache */
  identity: string;
  answer: Answer;
  /** how many questions may be under way at once */
  concurrency: number;
  /** what its answers took so far, where it counts that */
  usage?: Usage;
}

/** Decoding as in the paper's evaluation (section 4). */
export const maximumNewTokens = 1024;

/** A model as the command line names it. */
export type ModelSpecification = { kind: "endpoint"; model: string; baseUrl: string } | { kind: "recorded"; file: string } | { kind: "folder"; folder: string };

/**
 * Parses a model specification: `openai:MODEL@http://host/v1` for any OpenAI-compatible endpoint, `recorded:FILE` for responses
 * recorded before, and the path of a folder (or `folder:PATH`) for a checkpoint.
 */
export function parseModelSpecification(text: string): ModelSpecification {
  const endpoint = /^openai:(.+)@(https?:\/\/\S+)$/.exec(text);
  if (endpoint !== null) return { kind: "endpoint", model: endpoint[1] as string, baseUrl: (endpoint[2] as string).replace(/\/+$/, "") };
  if (text.startsWith("openai:")) throw new InputError({ message: `"${text}" lacks its address; write openai:MODEL@http://host/v1`, field: "--model" });
  if (text.startsWith("recorded:")) return { kind: "recorded", file: text.slice("recorded:".length) };
  const folder = text.replace(/^folder:/, "");
  if (folder === "") throw new InputError({ message: "a model is a folder, openai:MODEL@http://host/v1, or recorded:FILE", field: "--model" });
  return { kind: "folder", folder };
}
