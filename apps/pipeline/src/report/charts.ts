import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { html, Html } from "./html.js";

export interface LossPoint {
  step: number;
  loss: number;
  series: string;
}

export interface ScoreRow {
  label: string;
  value: number;
  interval: [number, number];
  chance: number;
}

/** Colours of a chart. */
export interface Palette {
  ink: string;
  accent: string;
}

/** Those of the page, which knows light and dark. */
const pagePalette: Palette = { ink: "currentColor", accent: "var(--accent)" };

/** Renders a plot to one SVG element: one picture with one name, where Plot names each of its parts as well. */
export function plotSvg({ options, label, ink, background, fontFamily }: { options: Plot.PlotOptions; label: string; ink: string; background: string; fontFamily: string }): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const figure = Plot.plot({ ...options, document, style: { background, color: ink, fontSize: "12px", fontFamily } });
  const svg = figure.tagName.toLowerCase() === "svg" ? figure : figure.querySelector("svg:last-of-type")!;
  for (const part of svg.querySelectorAll("[aria-label], [aria-description]")) for (const name of ["aria-label", "aria-description"]) part.removeAttribute(name);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.removeAttribute("xmlns:xlink");
  return svg.outerHTML;
}

/** A chart of the page. */
function toSvg(options: Plot.PlotOptions, label: string): Html {
  return html`<div class="scroll chart" tabindex="0" role="group" aria-label="Chart: ${label}">${new Html(plotSvg({ options, label, ink: pagePalette.ink, background: "transparent", fontFamily: "inherit" }))}</div>`;
}

/** Averages neighbouring points so that at most `count` remain: a curve of thousands of steps stays small and readable. */
export function thin(points: LossPoint[], count: number): LossPoint[] {
  const bySeries = Map.groupBy(points, (point) => point.series);
  const thinned: LossPoint[] = [];
  for (const [series, members] of bySeries) {
    const width = Math.max(1, Math.ceil(members.length / count));
    for (let start = 0; start < members.length; start += width) {
      const window = members.slice(start, start + width);
      thinned.push({ series, step: window[window.length - 1]!.step, loss: window.reduce((sum, point) => sum + point.loss, 0) / window.length });
    }
  }
  return thinned;
}

export function lossChart({ points, label }: { points: LossPoint[]; label: string }): Html {
  const series = [...new Set(points.map((point) => point.series))];
  return toSvg(
    {
      width: 640,
      height: 260,
      marginLeft: 48,
      marginRight: 30,
      x: { label: "step", ticks: 6 },
      y: { label: "loss", grid: true, ticks: 5, zero: true },
      color: { domain: series, range: ["var(--accent)", "var(--second)", "var(--third)"].slice(0, series.length) },
      marks: [
        Plot.line(thin(points, 80), { x: "step", y: "loss", stroke: "series", strokeWidth: 2 }),
        Plot.text(thin(points, 80), Plot.selectFirst({ x: "step", y: "loss", z: "series", text: "series", fill: "series", textAnchor: "start", dx: 8, dy: -8 })),
      ],
    },
    label,
  );
}

/** Scales and marks of scores: each a dot with its 95 % interval, and the score of guessing as a tick beside it. Rows of several panels lie apart. */
export function scorePlot({ rows, palette: { ink, accent } }: { rows: readonly (ScoreRow & { panel?: string })[]; palette: Palette }): Plot.PlotOptions {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const place = { y: "label", ...(rows.some(({ panel }) => panel !== undefined) ? { fy: "panel" } : {}) };
  return {
    // About seven pixels a letter, and half of the width at most.
    marginLeft: Math.min(320, 24 + 7 * Math.max(...labels.map(({ length }) => length))),
    x: { domain: [0, 1], tickFormat: (value: number) => `${Math.round(value * 100)} %`, label: null, grid: true },
    y: { domain: labels, label: null },
    marks: [
      Plot.tickX(rows, { ...place, x: "chance", stroke: ink, strokeOpacity: 0.55, strokeWidth: 2, strokeDasharray: "3,2" }),
      Plot.link(rows, { ...place, x1: (row: ScoreRow) => row.interval[0], x2: (row: ScoreRow) => row.interval[1], stroke: accent, strokeWidth: 3 }),
      Plot.dot(rows, { ...place, x: "value", r: 6, fill: accent }),
      Plot.text(rows, { ...place, x: (row: ScoreRow) => row.interval[1], text: (row: ScoreRow) => `${(row.value * 100).toFixed(1)} %`, textAnchor: "start", dx: 8, fill: ink }),
    ],
  };
}

/** A chart of scores for a page. */
export function scoreChart({ rows, label }: { rows: ScoreRow[]; label: string }): Html {
  return toSvg({ ...scorePlot({ rows, palette: pagePalette }), width: 640, height: 44 * rows.length + 60, marginRight: 60 }, label);
}
