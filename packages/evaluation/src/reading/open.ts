import { boxesIn, collapseSpaces, maximumSearchLength, statementsIn, withoutCourtesies, type Box } from "./statements.js";

/** Where in a response an open answer was found, the most likely first. The first that can be read as mathematics is the answer. */
export interface OpenReading {
  candidates: string[];
  by: "box" | "announcement" | "whole" | "mathematics" | "number" | null;
}

interface Segment {
  start: number;
  end: number;
  content: string;
}

const delimiters = [
  ["$$", "$$"],
  ["\\[", "\\]"],
  ["\\(", "\\)"],
  ["$", "$"],
] as const;

/** Stretches of mathematics between `$…$`, `$$…$$`, `\(…\)` or `\[…\]`. Each closing mark is searched once only, so a text without any stays cheap. */
function segmentsIn(text: string): Segment[] {
  const segments: Segment[] = [];
  const hopeless = new Set<string>();
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\\" && text[index + 1] === "$") {
      index += 1;
      continue;
    }
    const pair = delimiters.find(([opening]) => !hopeless.has(opening) && text.startsWith(opening, index));
    if (pair === undefined) continue;
    const [opening, closing] = pair;
    let end = text.indexOf(closing, index + opening.length);
    if (opening === "$") while (end > 0 && text[end - 1] === "\\") end = text.indexOf(closing, end + 1);
    if (end === -1) {
      hopeless.add(opening);
      continue;
    }
    const content = text.slice(index + opening.length, end);
    segments.push({ start: index, end: end + closing.length, content });
    index = end + closing.length - 1;
  }
  return segments.filter(({ content }) => content.trim() !== "");
}

const joining = /^[\s$]*(?:[,;]|and|or|,\s*(?:and|or))?[\s$]*$/i;

/** Whether what stands between two boxes joins them to one answer: nothing, a comma, "and", or a few words with "and" among them. */
function joins(gap: string): boolean {
  const bare = gap.replace(/\\[()[\]]|\\text\{([^{}]*)\}|\\q?quad|[$*\\]/g, " $1 ").trim();
  return bare === "" || joining.test(bare) || (bare.length <= 40 && /(?:^|[\s,])(?:and|or)(?:$|[\s,])/i.test(bare));
}

/** The last box, with those before it that belong to the same answer. */
function lastBoxes(text: string, boxes: readonly Box[]): string {
  let first = boxes.length - 1;
  while (first > 0 && joins(text.slice((boxes[first - 1] as Box).end, (boxes[first] as Box).start))) first -= 1;
  return boxes.slice(first).map(({ content }) => content).join(", ");
}

/** The last stretches of mathematics that "and" or a comma joins, with a unit that follows them. */
function lastSegments(text: string, segments: readonly Segment[]): string | null {
  let first = segments.length - 1;
  if (first < 0) return null;
  while (first > 0 && joining.test(text.slice((segments[first - 1] as Segment).end, (segments[first] as Segment).start))) first -= 1;
  const end = (segments.at(-1) as Segment).end;
  const unit = /^\s*(?:%|°|pct\b|percent\b|degrees?\b|[cmk]?m\b)/.exec(text.slice(end, end + 20))?.[0] ?? "";
  const from = (segments[first] as Segment).start;
  return text.slice(from, end) + unit;
}

/** Words that mark prose: no commands, no text in braces, no units or functions. */
function isProse(text: string): boolean {
  const bare = text.replace(/\\(?:text|mbox|textbf|mathrm|operatorname|begin|end)\s*\{[^{}]*\}/g, " ").replace(/\\[a-zA-Z]+/g, " ").replace(/(?<![a-z])(?:and|or)(?=[A-Z])/g, " ");
  if (/(?:^|\s)(?:it|is|so|we|to|of|be|by|an)(?=\s)/i.test(bare)) return true;
  return (bare.match(/[A-Za-z]{3,}/g) ?? []).filter((word) => !/^(?:and|sin|cos|tan|log|sqrt|pct|percent|degrees?|units?|meters?|dollars?|cm|pi|acos|asin|atan|exp|abs|infty|inf|[xyz]+)$/i.test(word)).length > 0;
}

/** A number with its sign, not part of a word. */
const number = /(?<![A-Za-z\d.])-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:\/\d+)?/g;

function lastNumber(text: string): string | null {
  return text.match(number)?.at(-1) ?? null;
}

/** The sentence that a text begins with; a point inside a number does not end it. */
function firstSentence(text: string): string {
  return /^[\s\S]*?[.。](?=\s|$|<)/.exec(text)?.[0].slice(0, -1) ?? text;
}

const marks = /[\s"“”'`*]/;

/** Without quotation marks, stars and final points around it. Walks from both ends: a pattern for the end would be tried at every place. */
function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (marks.test(text[start] as string) || (text[start] === "\\" && /["'`*]/.test(text[start + 1] ?? "")))) start += 1;
  while (end > start && (marks.test(text[end - 1] as string) || text[end - 1] === "." || text[end - 1] === "\\")) end -= 1;
  return text.slice(start, end);
}

/** What may be the answer in a piece of prose: all of it, its last mathematics, its last number. */
function candidatesOf(sentence: string): string[] {
  const whole = isProse(sentence) ? [] : [stripped(sentence)];
  const found = [...whole, lastSegments(sentence, segmentsIn(sentence)), lastNumber(sentence)];
  return [...new Set(found.filter((candidate): candidate is string => candidate !== null && candidate.trim() !== ""))];
}

const plainNumber = /^-?\d{1,12}(?:\.\d{1,12})?$/;
/** A word that may announce an answer. */
const announcing = /answer|correct|right|option|choice|choose|select|pick|选|答/i;

/**
 * Finds an open answer in a response. The last of: boxes (several count as one answer where only "and" or a comma stands between them),
 * and announcements ("the final answer is …"). Where there are neither: the whole text if it is mathematics and no prose, its last
 * stretch of mathematics, or the last number of its last sentence.
 */
export function extractOpen(response: string): OpenReading {
  if (plainNumber.test(response)) return { candidates: [response], by: "whole" };
  const text = collapseSpaces(response.slice(-maximumSearchLength));
  const boxes = boxesIn(text);
  const lastBox = boxes.at(-1);
  // Most responses end with a box: then nothing else has to be searched.
  if (lastBox !== undefined && !announcing.test(text.slice(lastBox.start))) return { candidates: boxes.length === 1 ? [lastBox.content] : [lastBoxes(text, boxes), lastBox.content], by: "box" };
  const announcement = statementsIn(text)
    .filter(({ content }) => !content.includes("boxed"))
    .findLast(({ content, position }) => content.trim() !== "" && !boxes.some(({ start, end }) => position >= start && position < end));
  if (lastBox !== undefined && (announcement === undefined || lastBox.start >= announcement.position)) {
    return { candidates: [lastBoxes(text, boxes), lastBox.content], by: "box" };
  }
  if (announcement !== undefined) {
    const candidates = candidatesOf(firstSentence(announcement.content));
    if (candidates.length > 0) return { candidates, by: "announcement" };
  }
  if (!isProse(text)) return { candidates: [stripped(text)], by: "whole" };
  // The marks of a chat template are not the end of an answer either.
  const body = withoutCourtesies(text.replace(/<\|[^|]*\|>(?:user|assistant)?\s*/g, ""));
  const segments = segmentsIn(body);
  const sentence = body.slice(Math.max(body.lastIndexOf(". ", body.length - 2), body.lastIndexOf("\n")) + 1);
  const mathematics = lastSegments(body, segments);
  const inLastSentence = lastSegments(sentence, segmentsIn(sentence));
  const fromNumber = lastNumber(sentence);
  if (inLastSentence === null && fromNumber !== null && mathematics !== null) return { candidates: [fromNumber, mathematics], by: "number" };
  if (mathematics !== null) return { candidates: [mathematics], by: "mathematics" };
  if (fromNumber !== null) return { candidates: [fromNumber], by: "number" };
  return /^\S{1,40}$/.test(stripped(body)) ? { candidates: [stripped(body)], by: "whole" } : { candidates: [], by: null };
}
