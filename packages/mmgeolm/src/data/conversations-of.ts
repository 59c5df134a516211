import { isAbsolute, join } from "node:path";
import type { DiagramRecord } from "@mmgeo/dataset";
import { type Claim, readClaim } from "./claims.js";
import { asked, choiceLetters, type Conversation } from "./conversation.js";
import { withDistractors, wrongNumbers } from "./distractors.js";
import { type Random, randomFrom, seedOf } from "./random.js";

export interface ConversationOptions {
  /** the folder that image paths in the records are relative to @default "" */
  imageRoot?: string;
  /** @default 0 */
  seed?: number;
  /** the most perception questions made of one record @default 6 */
  perceptionPerRecord?: number;
  /** whether the problems' own questions are asked @default true */
  problems?: boolean;
}

/**
 * Questions with worked answers, made of records: each problem's own question, and perception questions made of what is
 * proven about its drawings (which letter is the midpoint, are AB and CD parallel, how long is AB). Questions with two
 * answers are asked as often of a drawing where the answer is no as of one where it is yes, so that they cannot be
 * answered without looking. Every answer ends in `\boxed{}`.
 */
export function conversationsOf(records: Iterable<DiagramRecord>, { imageRoot = "", seed = 0, perceptionPerRecord = 6, problems = true }: ConversationOptions = {}): Conversation[] {
  const conversations: Conversation[] = [];
  for (const record of records) {
    const random = randomFrom(seedOf(seed, record.id));
    const place = (image: string) => (isAbsolute(image) ? image : join(imageRoot, image));
    const problem = problems ? problemOf(record, place, random) : null;
    if (problem !== null) conversations.push(problem);
    conversations.push(...random.shuffled(perceptionOf(record, place, random)).slice(0, perceptionPerRecord));
  }
  return conversations;
}

/** The problem's own question. Its worked answer repeats what the caption says about the points asked for, then concludes. */
function problemOf(record: DiagramRecord, place: (image: string) => string, random: Random): Conversation | null {
  const { question } = record;
  if (question === null) return null;
  const base = { id: `${record.id}#problem`, kind: "problem", image: place(record.image), text: question.text };
  const facts = factsFor(record);
  if (question.choices !== null) {
    const letter = letterOf(question.answer, question.choices);
    if (letter === null) return null;
    const value = question.choices[choiceLetters.indexOf(letter)] as string;
    return asked({ ...base, choices: question.choices, answer: letter, reasoning: `${facts}So the answer is ${value}.` });
  }
  if (!/^\d+(\.\d+)?$/.test(question.answer)) return asked({ ...base, choices: null, answer: question.answer, reasoning: `${facts}So the answer is ${question.answer}.` });
  const nearby = valuesOf(record.claims.flatMap(readClaim));
  const { choices, place: at } = withDistractors({ right: question.answer, wrong: wrongNumbers({ right: question.answer, nearby, count: 3, random }), random });
  return asked({ ...base, choices, answer: choiceLetters[at] as string, reasoning: `${facts}So the answer is ${question.answer}.` });
}

/** The letter of a right choice that may be given as the letter or as the choice itself. */
export function letterOf(answer: string, choices: readonly string[]): (typeof choiceLetters)[number] | null {
  const wanted = answer.trim();
  const byValue = choices.findIndex((choice) => choice.trim() === wanted);
  if (byValue >= 0) return choiceLetters[byValue] ?? null;
  const byLetter = choiceLetters.findIndex((letter) => letter === wanted.toUpperCase());
  return byLetter >= 0 && byLetter < choices.length ? (choiceLetters[byLetter] ?? null) : null;
}

/** At most two sentences of the caption that hold a number or share two letters with what is asked for. */
function factsFor(record: DiagramRecord): string {
  const goal = new Set(record.question?.goal?.match(/[A-Z](?![a-z])/g) ?? []);
  const sentences = record.caption.split(/(?<=[.;])\s+/).filter((sentence) => {
    const letters = new Set(sentence.match(/\b[A-Z]+\b/g)?.join("") ?? "");
    const shared = [...letters].filter((letter) => goal.has(letter)).length;
    return /\d/.test(sentence) || shared >= 2;
  });
  return sentences.slice(0, 2).map((sentence) => `${sentence} `).join("");
}

function valuesOf(claims: readonly Claim[], kind?: "length" | "angle"): string[] {
  return claims.flatMap((claim) => ((claim.kind === "length" || claim.kind === "angle") && (kind === undefined || claim.kind === kind) ? [claim.value] : []));
}

interface Drawing {
  image: string;
  claims: Claim[];
  points: string[];
}

function perceptionOf(record: DiagramRecord, place: (image: string) => string, random: Random): Conversation[] {
  const positive: Drawing = { image: place(record.image), claims: record.claims.flatMap(readClaim), points: Object.keys(record.scene.points) };
  const edited = record.negatives.flatMap((negative) => (negative.kind === "image" ? [{ image: place(negative.image), claims: negative.claims.flatMap(readClaim), points: Object.keys(negative.scene.points) }] : []));
  const questions = [positive, ...edited.slice(0, 2)].flatMap((drawing, number) => measureQuestions(`${record.id}#${number}`, drawing, random));
  questions.push(...relationQuestions(record, positive, place, random));
  return questions;
}

/** Lengths, angles and midpoints: four choices, the wrong ones taken from the same drawing where it has enough. */
function measureQuestions(id: string, drawing: Drawing, random: Random): Conversation[] {
  return drawing.claims.flatMap((claim) => {
    if (claim.kind === "relation") return [];
    if (claim.kind === "midpoint") {
      const others = random.shuffled(drawing.points.filter((point) => point !== claim.point)).slice(0, 3);
      if (others.length < 3) return [];
      const { choices, place } = withDistractors({ right: claim.point, wrong: others, random });
      return [asked({ id: `${id}-midpoint-${claim.line}`, kind: "midpoint", image: drawing.image, text: `Which point is the midpoint of ${claim.line}?`, choices, answer: choiceLetters[place] as string, reasoning: `${claim.point} is the midpoint of ${claim.line}.` })];
    }
    const nearby = valuesOf(drawing.claims, claim.kind).filter((value) => value !== claim.value);
    const { choices, place } = withDistractors({ right: claim.value, wrong: wrongNumbers({ right: claim.value, nearby, count: 3, random }), random });
    const [text, reasoning] = claim.kind === "length" ? [`How long is ${claim.name}?`, `${claim.name} is ${claim.value}.`] : [`How many degrees is angle ${claim.name}?`, `Angle ${claim.name} is ${claim.value} degrees.`];
    return [asked({ id: `${id}-${claim.kind}-${claim.name}`, kind: claim.kind, image: drawing.image, text, choices, answer: choiceLetters[place] as string, reasoning })];
  });
}

/** A true relation and a false one of the same kind, or one relation on a drawing where it holds and one where it does not: always in pairs. */
function relationQuestions(record: DiagramRecord, positive: Drawing, place: (image: string) => string, random: Random): Conversation[] {
  const falseHere = record.negatives.flatMap((negative) => (negative.kind === "rule" ? negative.falseClaims.flatMap(readClaim) : []));
  const ask = (id: string, image: string, claim: Claim & { kind: "relation" }, holds: boolean) => {
    const { choices, place: at } = withDistractors({ right: holds ? "Yes" : "No", wrong: [holds ? "No" : "Yes"], random });
    return asked({ id, kind: "relation", image, text: claim.question, choices, answer: choiceLetters[at] as string, reasoning: holds ? claim.yes : claim.no });
  };
  const used = new Set<string>();
  return positive.claims.flatMap((claim) => {
    if (claim.kind !== "relation") return [];
    const id = `${record.id}#relation-${claim.key}`;
    const elsewhere = record.negatives.find((negative) => negative.kind === "image" && negative.falseClaims.includes(claim.key));
    if (elsewhere?.kind === "image") return [ask(`${id}-yes`, positive.image, claim, true), ask(`${id}-no`, place(elsewhere.image), claim, false)];
    const predicate = claim.key.split("(")[0];
    const denied = falseHere.find((other) => other.kind === "relation" && other.key.split("(")[0] === predicate && !used.has(other.key));
    if (denied?.kind !== "relation") return [];
    used.add(denied.key);
    return [ask(`${id}-yes`, positive.image, claim, true), ask(`${record.id}#relation-${denied.key}-no`, positive.image, denied, false)];
  });
}
