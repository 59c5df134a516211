import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiagramRecord, Edit, Negative } from "@mmgeo/dataset";
import { lossChart, scoreChart } from "./charts.js";
import { html, type Html } from "./html.js";
import type { Hits, Report } from "./report.js";
import { pageShell, percent, percentRange, setTitles } from "./shell.js";

const trainedParts: Record<string, string> = { text: "words", "2": "projector", "3": "everything" };

export interface PageData {
  report: Report;
  /** records to show, from the folder their image paths are relative to */
  samples: { folder: string; records: DiagramRecord[] };
}

/** Images shown are embedded, so that the page is one file that needs nothing else. */
async function picture(folder: string, image: string, alternative: string): Promise<Html> {
  const data = await readFile(join(folder, image));
  return html`<img alt="${alternative}" src="data:image/png;base64,${data.toString("base64")}">`;
}

function tile(figure: string, label: string): Html {
  return html`<li><b>${figure}</b><span>${label}</span></li>`;
}

function tag(edit: Edit): Html {
  return html`<span class="tag ${edit.class}">${edit.class}</span>`;
}

/** The caption with the places of its edits marked. */
function markedCaption(caption: string, edits: Edit[]): Html {
  const spans = edits.flatMap((edit) => (edit.span === undefined ? [] : [edit.span])).toSorted((a, b) => a[0] - b[0]);
  const parts: (Html | string)[] = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at) continue;
    parts.push(caption.slice(at, start), html`<mark>${caption.slice(start, end)}</mark>`);
    at = end;
  }
  return html`${parts}${caption.slice(at)}`;
}

function isKind<Kind extends Negative["kind"]>(kind: Kind) {
  return (negative: Negative): negative is Extract<Negative, { kind: Kind }> => negative.kind === kind;
}

async function sample(folder: string, record: DiagramRecord): Promise<Html> {
  const images = await Promise.all(
    record.negatives
      .filter(isKind("image"))
      .slice(0, 5)
      .map(
        async (negative) =>
          html`<li>${await picture(folder, negative.image, negative.caption)}<p>${negative.edits.map((edit) => html`${tag(edit)}<code>${edit.from}</code> → <mark><code>${edit.to}</code></mark> `)}</p></li>`,
      ),
  );
  const rule = record.negatives.filter(isKind("rule")).slice(0, 3);
  const retrieval = record.negatives.filter(isKind("retrieval")).slice(0, 2);
  return html`<article>
<h3>${record.id}</h3>
<div class="pair"><div>${await picture(folder, record.image, record.caption)}</div><div><p>${record.caption}</p>
${record.question === null ? null : html`<p class="faint">${record.question.text} Answer: ${record.question.answer}</p>`}
<ul class="captions">${rule.map((negative) => html`<li>${negative.edits.map(tag)}${markedCaption(negative.caption, negative.edits)}</li>`)}${retrieval.map((negative) => html`<li><span class="tag number">retrieved</span>${negative.caption} <span class="faint">(similarity ${negative.similarity.toFixed(2)})</span></li>`)}</ul></div></div>
<ul class="negatives">${images}</ul>
</article>`;
}

/** Failures by stage and reason, the most frequent first; what varies within a reason (names, numbers) is left out of the grouping. */
export function groupFailures(failed: Report["problems"]["failed"]): { stage: string; reason: string; count: number; example: string }[] {
  const groups = new Map<string, { stage: string; reason: string; count: number; example: string }>();
  for (const { id, stage, reason } of failed) {
    const kind = reason.split(":")[0]!.replace(/\d+(\.\d+)?/g, "n");
    const group = groups.get(`${stage} ${kind}`);
    if (group === undefined) groups.set(`${stage} ${kind}`, { stage, reason: kind, count: 1, example: id });
    else group.count += 1;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.example < b.example ? -1 : 1));
}

function hitsSentence(sets: Hits[]): Html {
  const above = sets.filter((hits) => hits.beatsChance);
  return html`On problems it never saw, the encoder picks the true candidate more often than guessing does on ${above.length} of ${sets.length} sets (the 95 % interval lies above chance)${
    above.length === sets.length ? "." : html`; not on ${sets.filter((hits) => !hits.beatsChance).map((hits) => setTitles[hits.set]).join(", ")}.`
  }`;
}

function dataSection({ problems, dataset }: Report, samples: Html[]): Html {
  const failures = groupFailures(problems.failed);
  return html`<h2 id="data">Data</h2>
<p>${problems.source}: ${problems.read} problems, of which this run took ${problems.taken}. ${problems.built} were drawn, every statement of their programs and every claim of their captions proven on the coordinates. ${
    dataset.wrong.length === 0 ? html`A second proof of all ${dataset.claims} claims and ${dataset.falseClaims} false claims found none wrong.` : html`<b class="wrong">A second proof found ${dataset.wrong.length} claims wrong, the first of ${dataset.wrong[0]!.id}.</b>`
  }${dataset.setAside.length === 0 ? null : html` <b class="wrong">${dataset.setAside.length} records are in neither part, since their task failed three times: ${dataset.setAside[0]!.reason}.</b>`}</p>
<div class="scroll"><table><tr><th>negatives</th><th class="figure">count</th></tr>
<tr><td>redrawn pictures</td><td class="figure">${dataset.negatives.image}</td></tr><tr><td>edited captions</td><td class="figure">${dataset.negatives.rule}</td></tr><tr><td>similar captions of other problems</td><td class="figure">${dataset.negatives.retrieval}</td></tr></table>
<table><tr><th>edits by class</th><th class="figure">count</th></tr>${Object.entries(dataset.edits).map(([name, count]) => html`<tr><td>${name}</td><td class="figure">${count}</td></tr>`)}</table></div>
${
  failures.length === 0
    ? null
    : html`<h3>What was not built</h3><div class="scroll"><table><tr><th>stage</th><th>reason</th><th class="figure">problems</th><th>for example</th></tr>${failures
        .slice(0, 30)
        .map((group) => html`<tr><td>${group.stage}</td><td>${group.reason}</td><td class="figure">${group.count}</td><td>${group.example}</td></tr>`)}</table></div>`
}
<h3>Diagrams beside their negatives</h3>
<p class="faint">Each picture is drawn from its program; each negative is drawn from an edited program and shows at least one statement of the caption false. Edits are marked.</p>
${samples}`;
}

function encoderSection({ encoder }: Report): Html {
  return html`<h2 id="encoder">Encoder (MMCLIP)</h2>
<p>${encoder.parameters.toLocaleString("en")} parameters, trained from scratch on constructed negatives. ${hitsSentence(encoder.sets)}</p>
${lossChart({ points: encoder.losses.map((point) => ({ ...point, series: "training" })), label: "Loss of the encoder over its training steps" })}
<h3>Which candidate is the true one?</h3>
<p class="faint">Hit@1 with its 95 % interval; the dashed tick is chance. "Without the anchor" is a control: every picture (for redrawn pictures, every caption) is replaced by the mean of all, so that only what the candidates give away by themselves is left.</p>
${scoreChart({ rows: encoder.sets.map((hits) => ({ label: setTitles[hits.set], value: hits.hitAt1, interval: hits.interval, chance: hits.chance })), label: "Hit@1 of the encoder on four sets of candidates" })}
<div class="scroll"><table><tr><th>candidates</th><th class="figure">samples</th><th class="figure">candidates each</th><th class="figure">Hit@1</th><th>95 % interval</th><th class="figure">chance</th><th class="figure">above chance by</th><th class="figure">without the anchor</th><th class="figure">mean reciprocal rank</th></tr>
${encoder.sets.map(
  (hits) =>
    html`<tr><td>${setTitles[hits.set]}</td><td class="figure">${hits.samples}</td><td class="figure">${hits.meanCandidates.toFixed(1)}</td><td class="figure">${percent(hits.hitAt1)}</td><td>${percentRange(hits.interval)}</td><td class="figure">${percent(hits.chance)}</td><td class="figure">${((hits.hitAt1 - hits.chance) * 100).toFixed(1)} points</td><td class="figure">${percent(hits.blindHitAt1)}</td><td class="figure">${hits.meanReciprocalRank.toFixed(3)}</td></tr>`,
)}</table></div>`;
}

async function languageModelSection({ languageModel }: Report, samples: PageData["samples"]): Promise<Html> {
  const { score, stages, answers } = languageModel;
  const points = stages.flatMap(({ stage, losses }) => losses.map((point) => ({ ...point, series: trainedParts[stage] ?? stage })));
  const byId = new Map(samples.records.map((record) => [record.id, record]));
  const shown = await Promise.all(
    answers.slice(0, 8).map(async (answer) => {
      const record = byId.get(answer.id);
      return html`<article class="pair"><div>${record === undefined ? null : await picture(samples.folder, record.image, record.caption)}</div><div><p>${answer.question}</p><p class="faint">${answer.choices.map((choice, index) => `${String.fromCharCode(65 + index)}. ${choice}`).join("   ")}</p>
<p><code>${answer.response}</code></p><p class="${answer.correct ? "right" : "wrong"}">read as ${answer.extracted ?? "nothing"}, right answer ${answer.gold}</p></div></article>`;
    }),
  );
  return html`<h2 id="language-model">Language model (MMGeoLM)</h2>
<p>${languageModel.parameters.toLocaleString("en")} parameters: the encoder's vision tower, a projector of two layers, a small Llama. Of ${score.n} held-out questions it answers ${percent(score.accuracy)} rightly (95 % interval ${percentRange(score.interval)}; guessing gives ${percent(score.chance)}); ${score.unreadable} answers could not be read and count as wrong.</p>
${lossChart({ points, label: "Loss of the language model over its training steps" })}
<h3>Some answers</h3>${shown}`;
}

/** The report as one self-contained page. */
export async function renderPage({ report, samples }: PageData): Promise<string> {
  const { problems, dataset, encoder, languageModel } = report;
  const shown = await Promise.all(samples.records.slice(0, 8).map((record) => sample(samples.folder, record)));
  const negatives = dataset.negatives.image + dataset.negatives.rule + dataset.negatives.retrieval;
  const body = html`<h1>From problems to a model that sees geometry</h1>
<p class="faint">Preset ${report.preset}, seed ${report.seed}.</p>
<nav><a href="#data">Data</a><a href="#encoder">Encoder</a><a href="#language-model">Language model</a><a href="#provenance">Provenance</a></nav>
<ul class="tiles">
${tile(`${problems.proven} of ${problems.taken}`, "problems drawn, every caption proven")}
${tile(negatives.toLocaleString("en"), "hard negatives, every one proven false")}
${encoder.sets.map((hits) => tile(percent(hits.hitAt1), `Hit@1, ${setTitles[hits.set]} (chance ${percent(hits.chance)})`))}
${tile(percent(languageModel.score.accuracy), `held-out questions (chance ${percent(languageModel.score.chance)})`)}
</ul>
${dataSection(report, shown)}
${encoderSection(report)}
${await languageModelSection(report, samples)}
<h2 id="provenance">Provenance</h2>
<p class="faint">What each stage published, by the digest of its files. The same inputs, parameters and code give the same digests.</p>
<div class="scroll"><table><tr><th>stage</th><th>key</th><th>digest</th></tr>${report.provenance.map((entry) => html`<tr><td>${entry.stage}</td><td><code>${entry.key}</code></td><td><code>${entry.digest.slice(0, 16)}</code></td></tr>`)}</table></div>`;
  return pageShell({ title: `MMGeo run: ${report.preset}`, body });
}
