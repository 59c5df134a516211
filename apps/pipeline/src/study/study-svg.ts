import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { setTitles } from "../report/shell.js";
import { type Measure, measures } from "./cell.js";
import type { StudyReport } from "./table.js";

const INK = "#1b1b1b";
const ACCENT = "#2456a8";

/** The study's figures as one SVG file for a document: a panel a set, in it each variant with its 95 % interval; a dashed tick is a guess. */
export function studySvg({ title, figures }: Pick<StudyReport, "title" | "figures">): string {
  const sets = measures.filter((measure) => figures.some(({ set }) => set === measure));
  const variants = [...new Set(figures.map(({ variant }) => variant))];
  const panel = (set: Measure): string => setTitles[set];
  const rows = figures.map(({ variant, set, accuracy, interval, chance }) => ({ variant, panel: panel(set), accuracy, from: interval[0], to: interval[1], chance, text: `${(accuracy * 100).toFixed(1)} %` }));
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const place = { y: "variant", fy: "panel" };
  const figure = Plot.plot({
    document,
    width: 760,
    height: sets.length * (30 * variants.length + 30) + 50,
    // About seven pixels a letter.
    marginLeft: Math.min(340, 24 + 7 * Math.max(...variants.map(({ length }) => length))),
    marginRight: 150,
    style: { background: "#ffffff", color: INK, fontSize: "12px", fontFamily: "sans-serif" },
    x: { domain: [0, Math.min(1, Math.max(...rows.map(({ to }) => to)) + 0.08)], tickFormat: (value: number) => `${Math.round(value * 100)} %`, label: null, grid: true },
    y: { domain: variants, label: null },
    fy: { domain: sets.map(panel), label: null },
    marks: [
      Plot.tickX(rows, { ...place, x: "chance", stroke: INK, strokeOpacity: 0.55, strokeWidth: 2, strokeDasharray: "3,2" }),
      Plot.link(rows, { ...place, x1: "from", x2: "to", stroke: ACCENT, strokeWidth: 3 }),
      Plot.dot(rows, { ...place, x: "accuracy", r: 5, fill: ACCENT }),
      Plot.text(rows, { ...place, x: "to", text: "text", textAnchor: "start", dx: 8, fill: INK }),
    ],
  });
  const svg = figure.tagName.toLowerCase() === "svg" ? figure : figure.querySelector("svg:last-of-type")!;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
