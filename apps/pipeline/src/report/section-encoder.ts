import { scoreChart } from "./charts.js";
import { html, type Html } from "./html.js";
import type { Hits, Report } from "./report.js";
import { percent, percentRange, setTitles } from "./shell.js";
import { dataTable } from "./table.js";

function hitsSentence(sets: Hits[]): Html {
  const above = sets.filter((hits) => hits.beatsChance);
  return html`On problems it never saw, the encoder picks the true candidate more often than guessing does on ${above.length} of ${sets.length} sets (the 95 % interval lies above chance)${
    above.length === sets.length ? "." : html`; not on ${sets.filter((hits) => !hits.beatsChance).map((hits) => setTitles[hits.set]).join(", ")}.`
  }`;
}

export function encoderSection({ encoder }: Report): Html {
  const byClass = encoder.sets.flatMap(({ set, byClass }) => byClass.map((one) => ({ set, ...one })));
  return html`<h2 id="encoder">Encoder (MMCLIP)</h2>
<p>${encoder.parameters.toLocaleString("en")} parameters, trained from scratch. ${hitsSentence(encoder.sets)}</p>
<h3>Which candidate is the true one?</h3>
<p class="faint">Hit@1 with its 95 % interval; the dashed tick is chance. "Without the anchor" is a control: every picture (for redrawn pictures, every caption) is replaced by the mean of all, so that only what the candidates give away by themselves is left.</p>
${scoreChart({ rows: encoder.sets.map((hits) => ({ label: setTitles[hits.set], value: hits.hitAt1, interval: hits.interval, chance: hits.chance })), label: "Hit@1 of the encoder on four sets of candidates" })}
${dataTable({
  head: ["candidates", "samples", "candidates each", "Hit@1", "95 % interval", "chance", "above chance by", "without the anchor", "mean reciprocal rank"],
  figures: [1, 2, 3, 4, 5, 6, 7, 8],
  rows: encoder.sets.map((hits) => [setTitles[hits.set], hits.samples, hits.meanCandidates.toFixed(1), percent(hits.hitAt1), percentRange(hits.interval), percent(hits.chance), `${((hits.hitAt1 - hits.chance) * 100).toFixed(1)} points`, percent(hits.blindHitAt1), hits.meanReciprocalRank.toFixed(3)]),
})}
${byClass.length === 0 ? null : html`<h3>By class of edit</h3>
<p class="faint">The same among the negatives of one class of edits alone; samples without such a negative are left out.</p>
${dataTable({ head: ["candidates", "class", "samples", "Hit@1", "95 % interval", "chance"], figures: [2, 3, 4, 5], rows: byClass.map((one) => [setTitles[one.set], one.class, one.samples, percent(one.hitAt1), percentRange(one.interval), percent(one.chance)]) })}`}`;
}
