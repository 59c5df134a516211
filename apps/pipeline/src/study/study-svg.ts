import { type Palette, plotSvg, scorePlot } from "../report/charts.js";
import { setTitles } from "../report/shell.js";
import { measures } from "./cell.js";
import type { StudyReport } from "./table.js";

/** A file of its own has no page to take colours from. */
const palette: Palette = { ink: "#1b1b1b", accent: "#2456a8" };

/** The study's figures as one SVG file for a document: a panel a set, in it each variant with its 95 % interval; a dashed tick is a guess. */
export function studySvg({ title, figures }: Pick<StudyReport, "title" | "figures">): string {
  const sets = measures.filter((measure) => figures.some(({ set }) => set === measure));
  const rows = figures.map(({ variant, set, accuracy, interval, chance }) => ({ label: variant, panel: setTitles[set], value: accuracy, interval, chance }));
  const options = {
    ...scorePlot({ rows, palette }),
    width: 760,
    height: 30 * rows.length + 30 * sets.length + 50,
    marginRight: 150,
    fy: { domain: sets.map((set) => setTitles[set]), label: null },
  };
  return `${plotSvg({ options, label: title, ink: palette.ink, background: "#ffffff", fontFamily: "sans-serif" })}\n`;
}
