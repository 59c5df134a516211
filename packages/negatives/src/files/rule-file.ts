import { writeFileAtomic } from "@mmgeo/dataset";
import { ruleNegatives } from "../claims/rule-negatives.js";
import { ruleNegativesOfText } from "../text/rule-negatives-of-text.js";
import { readInputLines } from "./caption-lines.js";

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

/**
 * Makes rule negatives for each line of a file: of its claims, proven on the scene, for a record; of its words for a plain caption. A record's
 * other negatives stay; its earlier rule negatives are replaced. The output is written whole or not at all.
 */
export async function writeRuleNegatives({ input, output, perCaption, seed }: { input: string; output: string; perCaption: number; seed: number }): Promise<RuleFileReport> {
  const report: RuleFileReport = { captions: 0, negatives: 0, reasons: {} };
  async function* lines(): AsyncIterable<string> {
    for await (const entry of readInputLines(input)) {
      report.captions += 1;
      if (entry.kind === "record") {
        const { record } = entry;
        const { negatives, reasons } = ruleNegatives({ record, count: perCaption, seed });
        for (const [reason, count] of Object.entries(reasons)) countReason(report.reasons, reason, count);
        report.negatives += negatives.length;
        yield `${JSON.stringify({ ...record, negatives: [...record.negatives.filter(({ kind }) => kind !== "rule"), ...negatives] })}\n`;
        continue;
      }
      const { id, caption } = entry.caption;
      const { negatives, reason } = ruleNegativesOfText({ id: String(id), caption }, { count: perCaption, seed });
      if (reason !== undefined) countReason(report.reasons, reason);
      report.negatives += negatives.length;
      const kept = entry.caption.negatives?.filter(({ kind }) => kind !== "rule") ?? [];
      yield `${JSON.stringify({ ...entry.caption, negatives: [...kept, ...negatives] })}\n`;
    }
  }
  await writeFileAtomic(output, joined(lines()));
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
