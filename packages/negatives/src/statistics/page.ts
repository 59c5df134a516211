import type { MapPoint } from "./map.js";
import type { QuestionSimilarity } from "./question-similarity.js";
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

const colors = new Map([["rule", "#c0392b"], ["retrieval", "#2471a3"], ["image", "#27934f"], ["question", "#999999"]]);
const mapSize = { width: 720, height: 480, margin: 12 };

/** The map as a picture, questions first so that the negatives lie over them, with a legend. */
function mapPicture(map: readonly MapPoint[]): string {
  const [xs, ys] = [map.map(({ x }) => x), map.map(({ y }) => y)];
  const { width, height, margin } = mapSize;
  const scale = (values: number[], length: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number): string => (margin + ((value - low) / (high - low || 1)) * (length - 2 * margin)).toFixed(1);
  };
  const [across, down] = [scale(xs, width), scale(ys, height)];
  const kinds = [...colors.keys()].filter((kind) => map.some((point) => point.kind === kind)).toReversed();
  const groups = kinds.map((kind) => `<g fill="${colors.get(kind)!}">${map.filter((point) => point.kind === kind).map(({ x, y }) => `<circle cx="${across(x)}" cy="${down(y)}" r="2.5"/>`).join("")}</g>`);
  const legend = kinds.map((kind) => `<span><i style="background:${colors.get(kind)!}"></i>${kind === "question" ? "questions" : `${escapeHtml(kind)} negatives`}</span>`);
  return `<svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="negatives and questions by likeness">${groups.join("")}</svg><p class="legend">${legend.join("")}</p>`;
}

/** The study of likeness to questions, with its map. */
function questionsSection(questions: Partial<Record<string, QuestionSimilarity>>, map: readonly MapPoint[]): string {
  const rows = Object.entries(questions).map(([kind, study]) => `<tr><th>${escapeHtml(kind)}</th><td>${percent(study!.above90)}</td><td>${percent(study!.above85)}</td><td>${study!.mean.toFixed(3)}</td><td>${study!.negatives}</td></tr>`);
  if (rows.length === 0) return "";
  return `<section><h2>Likeness to questions</h2><p>Each negative by its largest cosine to any of ${Object.values(questions)[0]!.questions} questions.</p><table><tr><th></th><th>above 0.90</th><th>above 0.85</th><th>mean</th><th>negatives</th></tr>${rows.join("")}</table>
${map.length === 0 ? "" : `<p>A sample of them on a map (UMAP): texts that are alike lie together; directions and distances across it mean nothing.</p>${mapPicture(map)}`}</section>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Statistics, the blind check and examples as one self-contained page. */
export function statisticsPage({ counted, blind, questions = {}, map = [], examples }: { counted: NegativeStatistics; blind: BlindCheck; questions?: Partial<Record<string, QuestionSimilarity>>; map?: readonly MapPoint[]; examples: readonly Example[] }): string {
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
mark{border-radius:3px;padding:0 2px}.order{background:#cfe3ff}.shape{background:#d6f2cf}.relation{background:#ffe0b8}.number{background:#f6cfe6}code{color:#666;font-size:12px}rect{fill:#4a7ebb}text{font-size:9px}small{color:#666}.map{max-width:100%;border:1px solid #ddd;border-radius:6px}.legend span{margin-right:1.2rem}.legend i{display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:.4rem}td{padding-right:1rem}</style>
<h1>Hard negatives</h1><p>${counted.captions} captions, ${counted.negatives} negatives; ${counted.without} captions have none.</p>${kinds.join("")}
<section><h2>Blind check</h2><p>How often a caption is told from its negative without the figure; chance is 50 %.</p><table><tr><th></th><th>words</th><th>length</th><th>captions</th></tr>${rows.join("")}</table></section>
${questionsSection(questions, map)}
<section><h2>Examples</h2>${shown.join("")}</section></html>
`;
}
