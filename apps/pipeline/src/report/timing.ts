import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { speedFile, speedSchema } from "../stages/training-log.js";
import { logsFolder, type Published } from "../store/store.js";

/** What the page reads beside it, as a script, since a page that was opened as a file may read nothing else. */
export const timingFile = "timing.js";

export interface Timing {
  stages: { stage: string; seconds: number }[];
  training: { part: string; steps: number; examplesPerSecond: number; operationsPerSecond: number; waitingShare: number }[];
}

/** How long each stage took in the sitting that finished it, and how fast the trainings went. */
export async function timingOf(published: readonly Published[]): Promise<Timing> {
  const training: Timing["training"] = [];
  for (const { folder } of published) {
    const text = await readFile(join(folder, logsFolder, speedFile), "utf8").catch(() => null);
    if (text !== null) training.push(...speedSchema.parse(JSON.parse(text)));
  }
  return { stages: published.map(({ stage, seconds }) => ({ stage, seconds })), training };
}

export const timingText = (timing: Timing): string => `globalThis.mmgeoTiming = ${JSON.stringify(timing)};\n`;

/** Puts the times into the page. */
export const timingScript = String.raw`
if (globalThis.mmgeoTiming) {
  const names = { encoder: "encoder", text: "language model: words", 2: "language model: projector", 3: "language model: everything" };
  const table = (head, rows) => {
    const made = document.createElement("table");
    const line = (cells, tag) => { const row = document.createElement("tr"); cells.forEach((text, index) => { const cell = document.createElement(tag); cell.textContent = text; if (tag === "th") cell.scope = "col"; if (index > 0) cell.className = "figure"; row.append(cell); }); return row; };
    made.append(line(head, "th"), ...rows.map((cells) => line(cells, "td")));
    const scroll = document.createElement("div");
    Object.assign(scroll, { className: "scroll", tabIndex: 0 });
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", "Table: " + head.filter(Boolean).join(", "));
    scroll.append(made);
    return scroll;
  };
  const { stages, training } = globalThis.mmgeoTiming;
  const seconds = (value) => value >= 600 ? (value / 60).toFixed(0) + " min" : value.toFixed(1) + " s";
  document.getElementById("timing").replaceChildren(
    table(["training", "steps", "examples a second", "GFLOP/s in products", "waiting for data"], training.map((one) => [names[one.part] ?? one.part, one.steps.toLocaleString("en"), one.examplesPerSecond.toFixed(1), (one.operationsPerSecond / 1e9).toFixed(0), (one.waitingShare * 100).toFixed(1) + " %"])),
    table(["stage", "time"], [...stages.map((one) => [one.stage, seconds(one.seconds)]), ["together", seconds(stages.reduce((sum, one) => sum + one.seconds, 0))]]),
  );
}
`;
