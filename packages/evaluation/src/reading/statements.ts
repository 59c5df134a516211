/** Only the end of a response is searched: an answer stands at the end, and every search stays linear in this length. */
export const maximumSearchLength = 20_000;

/** A place where a response says what its answer is. */
export interface Statement {
  /** what follows the words that announce it, or what is in the box */
  content: string;
  /** of the beginning, in the searched text */
  position: number;
  /** `\boxed{}`, or a line that begins with "Answer:"; other announcements may be ordinary prose */
  strong: boolean;
}

export interface Box {
  content: string;
  start: number;
  /** after the closing brace */
  end: number;
  /** false where the text ends before the box does */
  closed: boolean;
}

/** All outermost `\boxed{…}` and `\fbox{…}`, by matching braces. */
export function boxesIn(text: string): Box[] {
  const boxes: Box[] = [];
  const opening = /\\(?:boxed|fbox)\s*/g;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const after = opening.lastIndex;
    if (text[after] !== "{") {
      const short = /^[\w.-]+/.exec(text.slice(after, after + 40))?.[0] ?? "";
      if (short !== "") boxes.push({ content: short, start: match.index, end: after + short.length, closed: true });
      continue;
    }
    let depth = 0;
    let end = after;
    for (; end < text.length; end += 1) {
      if (text[end] === "\\") end += 1;
      else if (text[end] === "{") depth += 1;
      else if (text[end] === "}" && --depth === 0) break;
    }
    const closed = end < text.length;
    boxes.push({ content: text.slice(after + 1, end), start: match.index, end: closed ? end + 1 : text.length, closed });
    opening.lastIndex = closed ? end + 1 : text.length;
  }
  return boxes;
}

/** Long runs of white space mean no more than short ones, and would make searches slow. */
export function collapseSpaces(text: string): string {
  return text.replace(/\s{3,}/g, (run) => (run.includes("\n") ? "\n\n" : " "));
}

const courtesy = /(?:^|[.!?。\n*])\s*(?:I hope (?:this|it|that)|Let me know|Is there anything|Do you (?:have|want|need)|Would you like|Feel free|Please (?:let me know|feel free))[^\n.!?]*[.!?]*\s*$/i;
/** No courtesy is longer. */
const courtesyLength = 300;

/** Without the courtesies that end many responses ("I hope this helps! Let me know …"): they are not the end of an answer. */
export function withoutCourtesies(text: string): string {
  let result = text.trimEnd();
  for (let round = 0; round < 5; round += 1) {
    const start = Math.max(0, result.length - courtesyLength);
    const match = courtesy.exec(result.slice(start));
    if (match === null) break;
    // The mark that ends the sentence before stays.
    result = result.slice(0, start + match.index + (/^[.!?。\n*]/.test(match[0]) ? 1 : 0)).trimEnd();
  }
  return result;
}

const thoughtEnds = ["</think>", "</thinking>", "</thought>", "<|end_of_thought|>", "◁/think▷"];

/** What follows the thoughts of a model that marks them; all of it where nothing does. */
export function withoutThoughts(response: string): string {
  const end = Math.max(...thoughtEnds.map((mark) => (response.includes(mark) ? response.lastIndexOf(mark) + mark.length : 0)));
  return response.slice(end).trim() === "" ? response : response.slice(end);
}

/** The end of a response, with full-width letters and signs made plain. */
export function searchedText(response: string): string {
  return withoutCourtesies(collapseSpaces(withoutThoughts(response.slice(-maximumSearchLength)).normalize("NFKC")));
}

const announcements = [
  // The word "answer" and what it is: "Answer: B", "**Answer:** B", "the answer is (C)", "Final answer = 5".
  /(?:final\s+|correct\s+)?answer[*>"'\]]*\s*(?:is|:|=|would be|should be|must be|will be)(?:\s*:)?\s*/gi,
  // "Ans: B", "Ans. B".
  /(?<![a-z])ans\s*[.:]\s*/gi,
  // "which corresponds to option B", "that's option B": only where the word says that it is one.
  /(?:corresponds?\s+to|match(?:es)?|\bis|'s)\s+(?=(?:option|choice)\s*\(?[A-H]\b)/gi,
  // "<answer> B </answer>".
  /<answer>\s*/gi,
  /(?:correct|right|best)\s+(?:option|choice)\**\s*(?:is|:|=)\s*/gi,
  /(?:choose|select|pick)\s*:?\s+(?=(?:option|choice)?\s*\(?[A-Z]\b)/gi,
  /(?:正确)?(?:答案|选项)\s*(?:应该)?(?:是|为|选)?\s*:?\s*/g,
  /(?:^|\n)\s*答\s*:\s*/g,
  /(?:故|应|因此|所以)?选(?:择)?\s*:?\s*(?=\(?[A-Z]\b)/g,
];
/** "Option C is the correct answer", "(C) is correct": the announcement stands behind. */
const behindInChinese = /选项?\s*(\(?[A-H]\)?)\s*(?:是)?(?:正确|对)/g;
const behind = /(?:option|choice)?\s*(\(?[A-Z]\)?)\s+is\s+(?:the\s+)?(?:correct|right)(?!\s+(?:angle|triangle))/g;

/** The answer is in one of the last statements, if in any. */
const maximumStatements = 40;

/** Where the response says what its answer is, in the order of the text; the last of them where there are very many. */
export function statementsIn(text: string): Statement[] {
  const statements: Statement[] = boxesIn(text).map(({ content, start }) => ({ content, position: start, strong: true }));
  for (const announcement of announcements) {
    for (const match of text.matchAll(announcement)) {
      const start = match.index + match[0].length;
      const line = (/^[^\n]*/.exec(text.slice(start, start + 300))?.[0] ?? "").replace(/<\/answer>.*$/i, "");
      const strong = match[0].startsWith("<") || /(?:^|\n)[\s*#>]*$/.test(text.slice(Math.max(0, match.index - 20), match.index)) && match[0].includes(":");
      if (!/\\(?:boxed|fbox)/.test(line.slice(0, 30))) statements.push({ content: line, position: match.index, strong });
    }
  }
  for (const pattern of [behind, behindInChinese]) for (const match of text.matchAll(pattern)) statements.push({ content: match[1] as string, position: match.index, strong: false });
  return statements.sort((a, b) => a.position - b.position).slice(-maximumStatements);
}
