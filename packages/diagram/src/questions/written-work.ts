import { checkStatement } from "../check/check.js";
import { editContextOf } from "../perturb/context.js";
import { isUsableEdit, type StatementEdit } from "../perturb/edits.js";
import { InputError, type Scene } from "@mmgeo/dataset";
import { LanguageModelError } from "../language-model/language-model-error.js";
import type { LanguageModel } from "../language-model/language-model.js";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import { repairStatement } from "../language/repair.js";
import type { Statement } from "../language/statement.js";
import { captionPrompt, captionSchema, editsPrompt, editsSchema } from "./prompts.js";
import { unfaithful } from "./faithful.js";

export interface Dropped {
  /** what the model wrote */
  text: string;
  reason: string;
}

/** Sentences of a model for statements of a figure, by the statement's text; what is not proven to say its statement is dropped. */
export async function captionByModel({ claims, scene, model }: { claims: readonly Statement[]; scene: Scene; model: LanguageModel }): Promise<{ sentences: Map<string, string>; dropped: Dropped[] }> {
  const sentences = new Map<string, string>();
  const dropped: Dropped[] = [];
  const texts = claims.map(formatStatement);
  try {
    const { value } = await model.ask({ messages: captionPrompt(texts), schema: captionSchema, name: "caption" });
    for (const { statement: text, sentence } of value.sentences) {
      const statement = readStatement(text);
      const own = statement === null ? undefined : claims.find((claim) => sameMeaning(claim, statement));
      const reason = statement === null ? "its statement cannot be read" : own === undefined ? `${text} is not among the statements` : checkStatement(own, scene, { reading: "english" }).verdict !== "true" ? `${text} does not hold on the drawing` : unfaithful(sentence, own);
      if (reason !== null || own === undefined) dropped.push({ text: sentence, reason: reason ?? "" });
      else if (!sentences.has(formatStatement(own))) sentences.set(formatStatement(own), sentence.trim().replace(/[.。\s]+$/, ""));
    }
  } catch (error) {
    if (!LanguageModelError.isInstance(error)) throw error;
    dropped.push({ text: "the caption", reason: `${error.failure}: ${error.message}` });
  }
  return { sentences, dropped };
}

/** Changes of statements that a model proposes; those that are of no class, name what the figure lacks or change no meaning are dropped. Whether each is false of the drawing is proven when it is drawn. */
export async function editsByModel({ claims, statements, count, model }: { claims: readonly Statement[]; statements: readonly Statement[]; count: number; model: LanguageModel }): Promise<{ edits: StatementEdit[]; dropped: Dropped[] }> {
  const edits: StatementEdit[] = [];
  const dropped: Dropped[] = [];
  const context = editContextOf(statements);
  try {
    const { value } = await model.ask({ messages: editsPrompt({ claims: claims.map(formatStatement), labels: context.points, count }), schema: editsSchema, name: "edits" });
    for (const { class: editClass, from, to } of value.edits) {
      const [before, after] = [readStatement(from), readStatement(to)];
      const own = before === null ? undefined : claims.find((claim) => sameMeaning(claim, before));
      if (own === undefined) dropped.push({ text: `${from} -> ${to}`, reason: `${from} is not among the statements` });
      else if (after === null) dropped.push({ text: `${from} -> ${to}`, reason: `${to} cannot be read` });
      else if (!isUsableEdit(own, after, context)) dropped.push({ text: `${from} -> ${to}`, reason: "it changes no meaning, or names what the figure does not have" });
      else if (edits.some((edit) => sameMeaning(edit.to, after))) dropped.push({ text: `${from} -> ${to}`, reason: "it is proposed twice" });
      else edits.push({ class: editClass, from: own, to: after });
    }
  } catch (error) {
    if (!LanguageModelError.isInstance(error)) throw error;
    dropped.push({ text: "the changes", reason: `${error.failure}: ${error.message}` });
  }
  return { edits, dropped };
}

function readStatement(text: string): Statement | null {
  try {
    return repairStatement(text.trim()).statement;
  } catch (error) {
    if (!InputError.isInstance(error)) throw error;
    return null;
  }
}
