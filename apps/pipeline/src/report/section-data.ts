import type { DiagramRecord, Edit, Negative } from "@mmgeo/dataset";
import { html, type Html } from "./html.js";
import type { Embed } from "./pictures.js";
import type { Report } from "./report.js";
import { dataTable } from "./table.js";

/** Records shown with all their negatives, and records of the contact sheet. */
const SHOWN = 6;
const SHEET = 40;
/** Reasons listed. */
const REASONS = 30;

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

/** A redrawn picture with its edits: what the program said and, marked, what it says now. */
async function redrawn(negative: Extract<Negative, { kind: "image" }>, embed: Embed): Promise<Html> {
  const edits = negative.edits.map((edit) => html`<p>${tag(edit)}<code><del>${edit.from}</del></code> <code><mark>${edit.to}</mark></code></p>`);
  return html`<li>${await embed(negative.image, `Redrawn: ${negative.caption}`)}${edits}</li>`;
}

async function example(record: DiagramRecord, embed: Embed): Promise<Html> {
  const { id, image, caption, question, negatives } = record;
  const pictures: Html[] = [];
  for (const negative of negatives.filter(isKind("image")).slice(0, 5)) pictures.push(await redrawn(negative, embed));
  const rule = negatives.filter(isKind("rule")).slice(0, 3);
  const retrieval = negatives.filter(isKind("retrieval")).slice(0, 2);
  return html`<article>
<h4>${id}</h4>
<div class="pair"><div>${await embed(image, caption)}</div><div><p>${caption}</p>
${question === null ? null : html`<p class="faint">${question.text} Answer: ${question.answer}</p>`}
<ul class="captions">${rule.map((negative) => html`<li>${negative.edits.map(tag)}${markedCaption(negative.caption, negative.edits)}</li>`)}${retrieval.map((negative) => html`<li><span class="tag">retrieved</span>${negative.caption} <span class="faint">(similarity ${negative.similarity.toFixed(2)})</span></li>`)}</ul></div></div>
${pictures.length === 0 ? null : html`<ul class="negatives">${pictures}</ul>`}
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

function proofs({ dataset }: Report): Html {
  const wrong =
    dataset.wrong.length === 0
      ? html`A second proof of all ${dataset.claims} claims and ${dataset.falseClaims} false claims found none wrong.`
      : html`<b class="wrong">A second proof found ${dataset.wrong.length} claims wrong, the first of ${dataset.wrong[0]!.id}.</b>`;
  const setAside = dataset.setAside.length === 0 ? null : html` <b class="wrong">${dataset.setAside.length} records are in neither part, since their task failed three times: ${dataset.setAside[0]!.reason}.</b>`;
  return html`${wrong}${setAside}`;
}

function counts({ problems, dataset }: Report): Html {
  const { image, rule, retrieval } = dataset.negatives;
  return html`<div class="columns">${dataTable({
    caption: "From problems to records",
    head: ["", "count"],
    figures: [1],
    rows: [
      ["problems in the source", problems.read],
      ["taken by this run", problems.taken],
      ["drawn and proven", problems.built],
      ["records to train on", dataset.training],
      ["records held out", dataset.heldOut],
    ],
  })}${dataTable({ caption: "Negatives", head: ["kind", "count"], figures: [1], rows: [["redrawn pictures", image], ["edited captions", rule], ["similar captions of other problems", retrieval]] })}${dataTable({
    caption: "Edits",
    head: ["class", "count"],
    figures: [1],
    rows: Object.entries(dataset.edits),
  })}</div>`;
}

async function contactSheet(records: readonly DiagramRecord[], embed: Embed): Promise<Html> {
  const pictures: Html[] = [];
  for (const { image, caption } of records.slice(0, SHEET)) pictures.push(html`<li>${await embed(image, caption)}</li>`);
  return html`<ul class="sheet">${pictures}</ul>`;
}

/** What became of the problems, with pictures. */
export async function dataSection({ report, records, embed }: { report: Report; records: readonly DiagramRecord[]; embed: Embed }): Promise<Html> {
  const { problems } = report;
  const failures = groupFailures(problems.failed);
  const examples: Html[] = [];
  for (const record of records.slice(0, SHOWN)) examples.push(await example(record, embed));
  return html`<h2 id="data">Data</h2>
<p>${problems.source}: every statement of the ${problems.built} programs that were drawn, and every claim of their captions, was proven on the coordinates. ${proofs(report)}</p>
${counts(report)}
<h3>What was not built</h3>
${failures.length === 0 ? html`<p>Nothing: every problem taken was drawn.</p>` : dataTable({ head: ["stage", "reason", "problems", "for example"], figures: [2], rows: failures.slice(0, REASONS).map(({ stage, reason, count, example }) => [stage, reason, count, example]) })}
<h3>Contact sheet</h3>
<p class="faint">Diagrams that were held out, in the order of the dataset.</p>
${await contactSheet(records, embed)}
<h3>Diagrams beside their negatives</h3>
<p class="faint">Each picture is drawn from its program; each redrawn picture from an edited program, of which the statement that was changed is struck out and the new one marked. In captions the edited words are marked. Every negative is proven false of the picture it stands against.</p>
${examples}`;
}
