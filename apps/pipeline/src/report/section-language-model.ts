import type { DiagramRecord } from "@mmgeo/dataset";
import { html, type Html } from "./html.js";
import type { Embed } from "./pictures.js";
import type { Answer, Report } from "./report.js";
import { percent, percentRange } from "./shell.js";
import { dataTable } from "./table.js";

/** Right answers shown, and as many wrong ones. */
const SHOWN = 5;
/** Letters of an answer that are shown. */
const LONGEST = 1500;

/** The answers that the page shows: some right and some wrong ones, in the order they were asked. */
export function shownAnswers(answers: readonly Answer[]): Answer[] {
  const shown = new Set([true, false].flatMap((right) => answers.filter(({ correct }) => correct === right).slice(0, SHOWN)));
  return answers.filter((answer) => shown.has(answer));
}

async function answerArticle({ answer, record, embed }: { answer: Answer; record: DiagramRecord | undefined; embed: Embed }): Promise<Html> {
  const { question, choices, response, extracted, gold, correct } = answer;
  return html`<article class="pair"><div>${record === undefined ? null : await embed(record.image, record.caption)}</div><div><p>${question}</p>
${choices.length === 0 ? null : html`<ol type="A">${choices.map((choice) => html`<li>${choice}</li>`)}</ol>`}
<p><code>${response.length > LONGEST ? `${response.slice(0, LONGEST)} …` : response}</code></p>
<p class="${correct ? "right" : "wrong"}">${correct ? "✓ right" : "✗ wrong"}: read as ${extracted ?? "nothing"}, right answer ${gold}</p></div></article>`;
}

export async function languageModelSection({ report, records, embed }: { report: Report; records: readonly DiagramRecord[]; embed: Embed }): Promise<Html> {
  const { parameters, score, answers } = report.languageModel;
  const byId = new Map(records.map((record) => [record.id, record]));
  const shown: Html[] = [];
  for (const answer of shownAnswers(answers)) shown.push(await answerArticle({ answer, record: byId.get(answer.id), embed }));
  const share = (part: number): string => (score.n === 0 ? "–" : percent(part / score.n));
  return html`<h2 id="language-model">Language model (MMGeoLM)</h2>
<p>${parameters.toLocaleString("en")} parameters: the encoder's vision tower, a projector of two layers, a small Llama. Asked ${score.n} questions of problems that no training saw, it answers ${percent(score.accuracy)} rightly, where guessing gives ${percent(score.chance)}.</p>
${dataTable({
  head: ["questions", "answered", "unreadable, counted as wrong", "right", "95 % interval", "guessing", "always the most frequent"],
  figures: [0, 1, 2, 3, 4, 5, 6],
  rows: [[score.n, `${score.answered} (${share(score.answered)})`, `${score.unreadable} (${share(score.unreadable)})`, percent(score.accuracy), percentRange(score.interval), percent(score.chance), score.majority === null ? "–" : percent(score.majority)]],
})}
<h3 id="answers">Answers</h3>
<p class="faint">The first ${SHOWN} right and the first ${SHOWN} wrong ones; report.json holds all.</p>
${shown}`;
}
