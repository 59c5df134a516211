import type { CountedNegative, NegativeStatistics } from "./statistics.js";
import type { BlindCheck } from "../blind/blind-check.js";

/** A caption with some of its negatives, to be looked at. */
export interface Example {
  id: string;
  caption: string;
  negatives: readonly CountedNegative[];
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);
}

/** A negative caption with its edited words marked; hovering says what stood there. */
function markedCaption({ caption, edits = [] }: Example["negatives"][number]): string {
  let html = "";
  let read = 0;
  const placed = edits.flatMap(({ class: editClass, from = "", span }) => (span === undefined ? [] : [{ editClass, from, start: span[0], end: span[1] }]));
  for (const { editClass, from, start, end } of placed.toSorted((first, second) => first.start - second.start)) {
    if (start < read) continue;
    html += `${escapeHtml(caption.slice(read, start))}<mark class="${escapeHtml(editClass)}" title="${escapeHtml(`${editClass}: ${from}`)}">${escapeHtml(caption.slice(start, end))}</mark>`;
    read = end;
  }
  return html + escapeHtml(caption.slice(read));
}

function histogram(counts: readonly number[]): string {
  const highest = Math.max(1, ...counts);
  const bars = counts.map((count, step) => `<rect x="${step * 24}" y="${60 - (58 * count) / highest}" width="20" height="${(58 * count) / highest}"><title>${(step / 10).toFixed(1)} to ${((step + 1) / 10).toFixed(1)}: ${count}</title></rect>`);
  const labels = counts.map((_, step) => `<text x="${step * 24}" y="72">${(step / 10).toFixed(1)}</text>`);
  return `<svg width="${counts.length * 24}" height="76" role="img" aria-label="similarity to the positive caption">${bars.join("")}${labels.join("")}</svg>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Statistics, the blind check and examples as one self-contained page. */
export function statisticsPage({ counted, blind, examples }: { counted: NegativeStatistics; blind: BlindCheck; examples: readonly Example[] }): string {
  const kinds = Object.entries(counted.kinds).map(
    ([kind, values]) => `<section><h2>${escapeHtml(kind)}</h2><table>
<tr><th>negatives</th><td>${values.negatives}</td></tr><tr><th>with a claim proven false</th><td>${values.proven}</td></tr>
<tr><th>edits by class</th><td>${Object.entries(values.classes).map(([name, count]) => `<mark class="${name}">${name}</mark> ${count}`).join(" ")}</td></tr>
<tr><th>edits a negative</th><td>${values.edits.map((count, size) => (count === 0 ? "" : `${size}: ${count}`)).filter((text) => text !== "").join(", ")}</td></tr>
<tr><th>similarity to the positive</th><td>${histogram(values.similarity)} mean ${values.meanSimilarity.toFixed(3)}</td></tr></table></section>`,
  );
  const rows = [["all", blind.all] as const, ...Object.entries(blind.kinds), ...Object.entries(blind.classes)].flatMap(([name, accuracy]) => (accuracy === null ? [] : [`<tr><th>${escapeHtml(name)}</th><td>${percent(accuracy.words)}</td><td>${percent(accuracy.length)}</td><td>${accuracy.captions}</td></tr>`]));
  const shown = examples.map(
    ({ id, caption, negatives }) => `<article><h3>${escapeHtml(id)}</h3><p>${escapeHtml(caption)}</p><ul>${negatives
      .map((negative) => `<li><small>${escapeHtml(negative.kind)}${negative.from === undefined ? "" : ` from ${escapeHtml(negative.from)}, ${(negative.similarity ?? 0).toFixed(3)}`}</small> ${markedCaption(negative)}${(negative.falseClaims ?? []).length === 0 ? "" : ` <code>${escapeHtml(negative.falseClaims!.join("; "))}</code>`}</li>`)
      .join("")}</ul></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hard negatives</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}th{text-align:left;padding-right:1.5rem;font-weight:600;vertical-align:top}
mark{border-radius:3px;padding:0 2px}.order{background:#cfe3ff}.shape{background:#d6f2cf}.relation{background:#ffe0b8}.number{background:#f6cfe6}code{color:#666;font-size:12px}rect{fill:#4a7ebb}text{font-size:9px}small{color:#666}</style>
<h1>Hard negatives</h1><p>${counted.captions} captions, ${counted.negatives} negatives; ${counted.without} captions have none.</p>${kinds.join("")}
<section><h2>Blind check</h2><p>How often a caption is told from its negative without the figure; chance is 50 %.</p><table><tr><th></th><th>words</th><th>length</th><th>captions</th></tr>${rows.join("")}</table></section>
<section><h2>Examples</h2>${shown.join("")}</section></html>
`;
}
