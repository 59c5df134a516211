import type { BlindAccuracy, BlindCheck } from "../blind/blind-check.js";
import type { NegativeStatistics } from "./statistics.js";

/** Statistics as lines of text for a terminal. */
export function statisticsTable(counted: NegativeStatistics): string {
  const lines = [`${counted.captions} captions, ${counted.negatives} negatives, ${counted.without} captions without any`];
  for (const [kind, values] of Object.entries(counted.kinds)) {
    lines.push("", `${kind}: ${values.negatives} negatives, ${values.proven} with a claim proven false, mean similarity ${values.meanSimilarity.toFixed(3)}`);
    lines.push(`  edits by class   ${Object.entries(values.classes).map(([name, count]) => `${name} ${count}`).join("   ")}`);
    lines.push(`  edits a negative ${values.edits.map((count, size) => [count, size] as const).filter(([count]) => count > 0).map(([count, size]) => `${size}: ${count}`).join("   ")}`);
    const highest = Math.max(...values.similarity, 1);
    values.similarity.forEach((count, step) => {
      if (count > 0) lines.push(`  ${(step / 10).toFixed(1)}-${((step + 1) / 10).toFixed(1)} ${"#".repeat(Math.max(1, Math.round((40 * count) / highest)))} ${count}`);
    });
  }
  return lines.join("\n");
}

/** The blind check as lines of text: accuracies without the figure, where chance is 50 %. */
export function blindTable({ all, kinds, classes }: BlindCheck): string {
  const row = (name: string, accuracy: BlindAccuracy): string => `  ${name.padEnd(10)} words ${(100 * accuracy.words).toFixed(1)} %   length ${(100 * accuracy.length).toFixed(1)} %   of ${accuracy.captions} captions`;
  if (all === null) return "blind check: too few captions with negatives";
  const named = [...Object.entries(kinds), ...Object.entries(classes).map(([name, accuracy]): [string, BlindAccuracy] => [`  ${name}`, accuracy])];
  return ["blind check (told from positives without the figure; chance is 50 %)", row("all", all), ...named.map(([name, accuracy]) => row(name, accuracy))].join("\n");
}
