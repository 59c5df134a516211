import { writeFileAtomic, type RuleNegative } from "@mmgeo/dataset";
import { balanceNegatives, candidatesPerNegative } from "../blind/balance.js";
import { ruleNegatives } from "../claims/rule-negatives.js";
import type { TextNegative } from "../text/compose.js";
import { ruleNegativesOfText } from "../text/rule-negatives-of-text.js";
import { readInputLines, type InputLine } from "./caption-lines.js";

export interface RuleFileReport {
  captions: number;
  negatives: number;
  /** captions with fewer negatives than asked for, by reason */
  reasons: Record<string, number>;
}

/** Adds `count` to what a table holds under a name. */
export function countReason(table: Record<string, number>, name: string, count = 1): void {
  table[name] = (table[name] ?? 0) + count;
}

interface MadeNegatives {
  negatives: (RuleNegative | TextNegative)[];
  reasons: Record<string, number>;
}

function negativesOf(entry: InputLine, count: number, seed: number): MadeNegatives {
  if (entry.kind === "record") return ruleNegatives({ record: entry.record, count, seed });
  const { id, caption } = entry.caption;
  const { negatives, reason } = ruleNegativesOfText({ id: String(id), caption }, { count, seed });
  return { negatives, reasons: reason === undefined ? {} : { [reason]: 1 } };
}

/** The line with new rule negatives in the place of its earlier ones. */
export function lineWith(entry: InputLine, negatives: MadeNegatives["negatives"]): string {
  const value = entry.kind === "record" ? entry.record : entry.caption;
  const kept = value.negatives?.filter(({ kind }) => kind !== "rule") ?? [];
  return `${JSON.stringify({ ...value, negatives: [...kept, ...negatives] })}\n`;
}

/**
 * Makes rule negatives for each line of a file: of its claims, proven on the scene, for a record; of its words for a plain caption. A record's
 * other negatives stay; its earlier rule negatives are replaced. The output is written whole or not at all.
 *
 * @param input.balance make three times as many and keep those that a classifier of words tells from positives least; holds the whole file in memory
 */
export async function writeRuleNegatives({ input, output, perCaption, seed, balance = false }: { input: string; output: string; perCaption: number; seed: number; balance?: boolean }): Promise<RuleFileReport> {
  const report: RuleFileReport = { captions: 0, negatives: 0, reasons: {} };
  const make = (entry: InputLine, count: number): MadeNegatives["negatives"] => {
    report.captions += 1;
    const { negatives, reasons } = negativesOf(entry, count, seed);
    for (const [reason, times] of Object.entries(reasons)) countReason(report.reasons, reason, times);
    return negatives;
  };
  async function* lines(): AsyncIterable<string> {
    for await (const entry of readInputLines(input)) {
      const negatives = make(entry, perCaption);
      report.negatives += negatives.length;
      yield lineWith(entry, negatives);
    }
  }
  async function* balancedLines(): AsyncIterable<string> {
    const entries: InputLine[] = [];
    for await (const entry of readInputLines(input)) entries.push(entry);
    const candidates = entries.map((entry) => make(entry, perCaption * candidatesPerNegative));
    const captions = entries.map((entry) => (entry.kind === "record" ? entry.record.caption : entry.caption.caption));
    const kept = balanceNegatives({ captions, candidates, count: perCaption, seed });
    for (const [index, entry] of entries.entries()) {
      report.negatives += kept[index]!.length;
      yield lineWith(entry, kept[index]!);
    }
  }
  await writeFileAtomic(output, joined(balance ? balancedLines() : lines()));
  return report;
}

/** Lines in blocks of some size: a write for each line would take longer than making it. */
export async function* joined(lines: AsyncIterable<string>): AsyncIterable<string> {
  const blockLength = 1 << 20;
  let block = "";
  for await (const line of lines) {
    block += line;
    if (block.length >= blockLength) {
      yield block;
      block = "";
    }
  }
  yield block;
}
