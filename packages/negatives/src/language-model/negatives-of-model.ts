import type { DiagramRecord, RuleNegative } from "@mmgeo/dataset";
import { captionOf, checkStatement, editContextOf, editsOf, formatStatement, LanguageModelError, meaningOf, namesOf, parseProgram, type LanguageModel, type LanguageModelFailure, type LanguageModelMessage, type Statement } from "@mmgeo/diagram";
import { statementOf } from "../claims/proof.js";
import { captionSeed, claimsOf, looseSymbols, negativeOf, type ProvenEdit } from "../claims/worded-claims.js";
import { checkTextNegative, type NegativeVerdict } from "../text/check-negative.js";
import { applyEdits, type TextNegative } from "../text/compose.js";
import type { TextEdit } from "../text/edit.js";
import { reasonAgainst, type NoNegativesReason } from "../text/rule-negatives-of-text.js";
import { claimsAnswerSchema, messagesForClaims, messagesForText, textAnswerSchema, type ClaimsAnswer, type TextAnswer } from "./messages.js";

/** Why an edit that a model wrote, a whole negative, or a whole caption was dropped. */
export type ModelReason =
  | Extract<NegativeVerdict, { accepted: false }>["reason"]
  | NoNegativesReason
  | "words not in the caption"
  | "edits overlap"
  | "no such claim"
  | "no statement"
  | "claim true of the image"
  | "claim undecided"
  | "claim of a symbol that nothing else binds"
  | "the same negative again"
  | "caption is not that of its claims"
  | `no answer: ${LanguageModelFailure}`;

export interface ModelNegatives<Negative> {
  negatives: Negative[];
  reasons: Partial<Record<ModelReason, number>>;
}

type Count = (reason: ModelReason) => void;

const wordSign = /[\p{L}\p{N}]/u;

/** Where words stand in a caption as whole words: "AB" is not in "ABC". */
function placeOf(caption: string, words: string): number {
  for (let at = caption.indexOf(words); at >= 0; at = caption.indexOf(words, at + 1)) {
    const end = at + words.length;
    const begun = at > 0 && wordSign.test(caption[at - 1]!) && wordSign.test(words[0]!);
    const goesOn = end < caption.length && wordSign.test(caption[end]!) && wordSign.test(words.at(-1)!);
    if (!begun && !goesOn) return at;
  }
  return -1;
}

/** The edits of one answered negative that contradict the caption by themselves, as places in it. */
function checkedTextEdits({ caption, edits, count }: { caption: string; edits: TextAnswer["negatives"][number]["edits"]; count: Count }): TextEdit[] {
  const checked: TextEdit[] = [];
  for (const { class: editClass, from, to } of edits) {
    const start = placeOf(caption, from);
    if (start < 0) {
      count("words not in the caption");
      continue;
    }
    const edit: TextEdit = { class: editClass, rule: "language model", start, end: start + from.length, to };
    if (checked.some((other) => other.start < edit.end && edit.start < other.end)) {
      count("edits overlap");
      continue;
    }
    const verdict = checkTextNegative({ caption, negative: applyEdits(caption, [edit]).caption });
    // Where the rules know the edit, they know its class better than the model.
    if (verdict.accepted) checked.push({ ...edit, class: verdict.classes[0] ?? editClass });
    else count(verdict.reason);
  }
  return checked;
}

/** The negatives of an answer about a plain caption that the rules accept. */
export function readTextAnswer({ caption, answer, limit }: { caption: string; answer: TextAnswer; limit: number }): ModelNegatives<TextNegative> {
  const reasons: Partial<Record<ModelReason, number>> = {};
  const count: Count = (reason) => (reasons[reason] = (reasons[reason] ?? 0) + 1);
  const negatives = new Map<string, TextNegative>();
  for (const { edits } of answer.negatives) {
    const checked = checkedTextEdits({ caption, edits, count });
    if (checked.length === 0 || negatives.size === limit) continue;
    const negative: TextNegative = { kind: "rule", ...applyEdits(caption, checked) };
    // Edits that are false one by one may undo each other.
    const verdict = checkTextNegative({ caption, negative: negative.caption });
    if (!verdict.accepted) count(verdict.reason);
    else if (negatives.has(negative.caption)) count("the same negative again");
    else negatives.set(negative.caption, negative);
  }
  return { negatives: [...negatives.values()], reasons };
}

/** An edited claim, or the reason against it. */
function provenEdit({ record, claims, edit: { claim: number, class: named, to: text } }: { record: DiagramRecord; claims: readonly Statement[]; edit: ClaimsAnswer["negatives"][number]["edits"][number] }): ProvenEdit | ModelReason {
  const from = claims[number - 1];
  if (from === undefined) return "no such claim";
  const to = statementOf(text);
  if (to === null) return "no statement";
  if (meaningOf(to, "english") === meaningOf(from, "english")) return "unchanged";
  const { points, circles, symbols } = namesOf([to]);
  if (points.some((point) => record.scene.points[point] === undefined) || circles.some((circle) => record.scene.circles[circle] === undefined)) return "label not in the caption";
  const loose = looseSymbols(claims);
  if (symbols.some((symbol) => loose.has(symbol))) return "claim of a symbol that nothing else binds";
  const { verdict } = checkStatement(to, record.scene, { reading: "english" });
  if (verdict !== "false") return verdict === "true" ? "claim true of the image" : "claim undecided";
  // Where the rules know the edit, they know its class better than the model.
  const known = editsOf(from, editContextOf(parseProgram(record.program).lines.map(({ statement }) => statement))).find((edit) => formatStatement(edit.to) === formatStatement(to));
  const editClass = known?.class ?? named;
  return { class: editClass, claim: number - 1, edit: { class: editClass, from, to } };
}

/** The negatives of an answer about a record whose every edited claim is proven false of its scene. */
export function readClaimsAnswer({ record, claims, wording, answer, limit }: { record: DiagramRecord; claims: readonly Statement[]; wording: number; answer: ClaimsAnswer; limit: number }): ModelNegatives<RuleNegative> {
  const reasons: Partial<Record<ModelReason, number>> = {};
  const count: Count = (reason) => (reasons[reason] = (reasons[reason] ?? 0) + 1);
  const negatives = new Map<string, RuleNegative>();
  const positive = captionOf({ claims, seed: wording });
  for (const { edits } of answer.negatives) {
    const chosen = new Map<number, ProvenEdit>();
    for (const edit of edits) {
      const proven = provenEdit({ record, claims, edit });
      if (typeof proven === "string") count(proven);
      else if (chosen.has(proven.claim)) count("edits overlap");
      else chosen.set(proven.claim, proven);
    }
    if (chosen.size === 0 || negatives.size === limit) continue;
    const negative = negativeOf({ chosen: [...chosen.values()], claims, positive, wording });
    if (negative.caption === record.caption || negatives.has(negative.caption)) count("the same negative again");
    else negatives.set(negative.caption, negative);
  }
  return { negatives: [...negatives.values()], reasons };
}

/** What one source asks of a model: its messages and how an answer is read; or the reason why it asks nothing. */
type Question<Negative> = { messages: LanguageModelMessage[]; ask: (model: LanguageModel, seed: number) => Promise<ModelNegatives<Negative>> } | { reason: ModelReason };

/** The question about a plain caption. */
export function questionOfText({ caption, count }: { caption: string; count: number }): Question<TextNegative> {
  const reason = reasonAgainst(caption);
  if (reason !== null) return { reason };
  const messages = messagesForText({ caption, count });
  return {
    messages,
    ask: async (model, seed) => readTextAnswer({ caption, answer: (await model.ask({ messages, schema: textAnswerSchema, name: "negatives", seed })).value, limit: count }),
  };
}

/** The question about a record with claims. */
export function questionOfRecord({ record, count }: { record: DiagramRecord; count: number }): Question<RuleNegative> {
  const claims = claimsOf(record);
  const wording = claims.length === 0 ? null : captionSeed(record, claims);
  if (wording === null) return { reason: "caption is not that of its claims" };
  const messages = messagesForClaims({ record, claims, wording, count });
  return {
    messages,
    ask: async (model, seed) => readClaimsAnswer({ record, claims, wording, answer: (await model.ask({ messages, schema: claimsAnswerSchema, name: "negatives", seed })).value, limit: count }),
  };
}

/**
 * Negatives whose edits a language model wrote (the paper's own way, section 2.2): of a plain caption those that the rules accept, of a record those that the
 * checker proves. Everything else is dropped and counted; so is a question without an answer.
 *
 * @param input.count how many to ask for
 * @throws {InputError} where the server can answer nothing (a wrong key, an unknown model)
 */
export async function negativesOfModel<Negative>({ question, model, seed, count }: { question: Question<Negative>; model: LanguageModel; seed: number; count: number }): Promise<ModelNegatives<Negative>> {
  if ("reason" in question) return { negatives: [], reasons: { [question.reason]: 1 } };
  try {
    const answered = await question.ask(model, seed);
    if (answered.negatives.length < count) answered.reasons["fewer distinct negatives than asked for"] = 1;
    return answered;
  } catch (error) {
    if (LanguageModelError.isInstance(error)) return { negatives: [], reasons: { [`no answer: ${error.failure}`]: 1 } };
    throw error;
  }
}
