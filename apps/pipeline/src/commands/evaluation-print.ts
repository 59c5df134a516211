import { renderTable, tableFormatNamed, type FileScore, type Interval, type PairedComparison, type RunComparison, type RunScore, type Score, type TextTable } from "@mmgeo/evaluation";
import { log, printJson } from "./output.js";

export const percent = (fraction: number): string => (100 * fraction).toFixed(2);
const range = ([low, high]: Interval): string => `[${percent(low)}, ${percent(high)}]`;
const share = (count: number, n: number): string => (n === 0 ? "" : percent(count / n));

type AnyScore = Score & Partial<Pick<FileScore, "cut" | "broken" | "questionsFrom" | "disagreements" | "judge" | "contamination">> & Partial<Pick<RunScore, "failed" | "unvaried" | "variant">>;

/** Accuracies in percent with their intervals, and beside each how many answers could not be read and how many a judge decided. */
function scoreTable(score: AnyScore): TextTable {
  const rows = [{ name: score.benchmark, ...score, judged: score.judge ?? undefined, official: score.official ?? undefined }, ...Object.entries(score.byCategory).map(([category, one]) => ({ name: `  ${category}`, ...one }))];
  const official = rows.some((row) => row.official !== undefined);
  const judged = rows.some((row) => row.judged !== undefined);
  return [
    ["", "n", "accuracy", "95 % interval", "unreadable %", ...(official ? ["official", "95 % interval of it"] : []), ...(judged ? ["judged", "by the judge %"] : [])],
    ...rows.map(({ name, n, accuracy, interval, unreadable, official: authors, judged: judge }) => [
      name,
      String(n),
      percent(accuracy),
      range(interval),
      share(unreadable, n),
      ...(official ? [authors === undefined ? "" : percent(authors.accuracy), authors === undefined ? "" : range(authors.interval)] : []),
      ...(judged ? [judge === undefined ? "" : percent(judge.accuracy), judge === undefined ? "" : percent(judge.rate)] : []),
    ]),
    ...(score.chance === null ? [] : [["  by chance", "", percent(score.chance)], ["  always the most frequent letter", "", percent(score.majority ?? 0)]]),
  ];
}

const named = (ids: readonly string[]): string => `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ", …" : ""}`;

/** What a reader of the score has to know about the responses, one line each. */
function warningsOf(score: AnyScore): string[] {
  const { problems, n, answered, official, cut, broken = [], questionsFrom, disagreements = [], failed = [], judge = null, contamination = null } = score;
  const lines = [];
  if (answered < n) lines.push(`${n - answered} of ${n} questions have no response and count as wrong: ${named(problems.missing)}`);
  if (problems.doubled.length > 0) lines.push(`${problems.doubled.length} questions have several responses; the last counts: ${named(problems.doubled)}`);
  if (problems.unknown.length > 0) lines.push(`${problems.unknown.length} responses are to questions the benchmark does not have: ${named(problems.unknown)}`);
  if (problems.empty.length > 0) lines.push(`${problems.empty.length} responses are empty: ${named(problems.empty)}`);
  if (cut === true) lines.push("the end of the responses is cut off");
  if (broken.length > 0) lines.push(`${broken.length} lines hold no response: line ${named(broken.map(String))}`);
  if (official !== null && official.undecided > 0) lines.push(`the official scorer needs a language model for ${official.undecided} responses; they count as wrong in its score`);
  if (questionsFrom === "responses") lines.push(`the questions are the ${n} that the responses carry; the benchmark may have more`);
  if (disagreements.length > 0) lines.push(`the official scorer and the strict reading disagree on ${disagreements.length} questions`);
  if (judge !== null) lines.push(`the judge decided ${judge.right + judge.wrong} of ${judge.asked} answers that the rules cannot read, and contradicts the rules on ${judge.agreement.disagreements.length} of ${judge.agreement.compared} that they can`);
  if (contamination !== null) {
    const { found, train, clean } = contamination;
    lines.push(`${found.length} of ${n} questions meet one of ${train} training samples${found.length === 0 ? "" : `: ${named(found.map(({ question, train: sample, kind }) => `${question} (${kind} of ${sample})`))}`}`);
    if (found.length > 0 && clean !== null) lines.push(`without them the accuracy is ${percent(clean.accuracy)} ${range(clean.interval)} over ${clean.n} questions`);
  }
  for (const { id, error } of failed.slice(0, 3)) lines.push(`${id} failed: ${error}`);
  if (failed.length > 0) lines.push(`${failed.length} questions failed; ask them again with --retry-failed`);
  if ((score.unvaried ?? 0) > 0) lines.push(`${score.unvaried} questions could not be varied and were asked as they are`);
  return lines;
}

/** How results are printed. */
export interface PrintFlags {
  json?: boolean;
  format?: string;
}

export function printTable(table: TextTable, { format = "text" }: PrintFlags): void {
  process.stdout.write(`${renderTable(table, tableFormatNamed(format))}\n`);
}

/** Warnings to standard error, the score as a table or as one JSON object to standard output. */
export function printScore(score: AnyScore, flags: PrintFlags): void {
  for (const warning of warningsOf(score)) log(warning);
  if (flags.json === true) printJson(score);
  else printTable(scoreTable(score), flags);
}

export function printComparison(comparison: RunComparison, flags: PrintFlags): void {
  if (flags.json === true) {
    printJson(comparison);
    return;
  }
  log(`first: ${comparison.first}\nsecond: ${comparison.second}`);
  const rowOf = (name: string, { n, difference, interval, firstOnly, secondOnly, probability }: PairedComparison) => [name, String(n), percent(difference), range(interval), String(firstOnly), String(secondOnly), probability.toPrecision(2)];
  const rows = [rowOf(comparison.benchmark, comparison.overall), ...Object.entries(comparison.byCategory).map(([category, one]) => rowOf(`  ${category}`, one))];
  printTable([["", "n", "difference", "95 % interval", "only first right", "only second right", "McNemar p"], ...rows], flags);
}
