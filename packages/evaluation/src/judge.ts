import { equivalent } from "./equivalence.js";
import { extractChoice } from "./reading/choice.js";
import { extractSeveral } from "./reading/several.js";
import type { EvaluationQuestion } from "./question.js";

/** What became of one response. */
export interface Judgement {
  /** "missing" where there is no response; "unreadable" where one is there but says no answer: both count as wrong */
  outcome: "right" | "wrong" | "unreadable" | "missing";
  /** what was read: the label of a choice, or the text of an open answer; null where nothing was */
  extracted: string | null;
  /** how it was read, or why it could not be */
  reason: string;
}

const missing: Judgement = { outcome: "missing", extracted: null, reason: "there is no response" };

/** Judges a response strictly: what cannot be read is wrong, and counted apart. */
export function judge(question: EvaluationQuestion, response: string | undefined): Judgement {
  if (response === undefined) return missing;
  if (question.choices !== null && question.several === true) {
    const { labels, evidence, reason } = extractSeveral({ response, choices: question.choices });
    if (labels === null) return { outcome: "unreadable", extracted: null, reason: reason ?? "" };
    const extracted = labels.join(",");
    return { outcome: extracted === question.gold.replace(/\s/g, "") ? "right" : "wrong", extracted, reason: `by letter: ${evidence.slice(0, 200)}` };
  }
  if (question.choices !== null) {
    const { choice, by, evidence, reason } = extractChoice({ response, choices: question.choices });
    if (choice === null) return { outcome: "unreadable", extracted: null, reason: reason ?? "" };
    const label = question.choices[choice]?.label ?? "";
    return { outcome: label === question.gold ? "right" : "wrong", extracted: label, reason: `by ${by}: ${evidence.slice(0, 200)}` };
  }
  const { equal, readable, extracted, reason } = equivalent(question.gold, response, { decimals: question.decimals ?? null });
  return { outcome: equal ? "right" : readable ? "wrong" : "unreadable", extracted, reason };
}
