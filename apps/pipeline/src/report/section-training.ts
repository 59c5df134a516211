import { lossChart, type LossPoint } from "./charts.js";
import { html, Html } from "./html.js";
import type { Report } from "./report.js";
import { timingFile, timingScript } from "./timing.js";

const trainedParts: Record<string, string> = { text: "words", "2": "projector", "3": "everything" };

/** The losses of stages on one axis of steps. */
function oneAfterTheOther(stages: Report["languageModel"]["stages"]): LossPoint[] {
  let before = 0;
  return stages.flatMap(({ stage, losses }) => {
    const points = losses.map(({ step, loss }) => ({ step: before + step, loss, series: trainedParts[stage] ?? stage }));
    before += losses.at(-1)?.step ?? 0;
    return points;
  });
}

/** How both models learned. How fast they did lies beside the page, which stays the same however fast a run went. */
export function trainingSection({ encoder, languageModel }: Report): Html {
  const points = oneAfterTheOther(languageModel.stages);
  const steps = (losses: readonly unknown[]): string => losses.length.toLocaleString("en");
  return html`<h2 id="training">Training</h2>
<h3>Encoder</h3>
<p class="faint">${steps(encoder.losses)} steps on constructed negatives; neighbouring steps are averaged.</p>
${encoder.losses.length === 0 ? html`<p>It was not trained.</p>` : lossChart({ points: encoder.losses.map((point) => ({ ...point, series: "training" })), label: "Loss of the encoder over its training steps" })}
<h3>Language model</h3>
<p class="faint">${languageModel.stages.map(({ stage, losses }) => `${trainedParts[stage] ?? stage}: ${steps(losses)} steps`).join("; ")}, one after the other.</p>
${lossChart({ points, label: "Loss of the language model over its training steps" })}
<h3>Time and throughput</h3>
<div id="timing"><p class="faint">Measured times lie in ${timingFile} beside this page, which is the same however fast the run went; where that file is missing, they are not shown.</p></div>
<script src="${timingFile}"></script>
<script>${new Html(timingScript)}</script>`;
}
