import { scoreChart } from "../report/charts.js";
import { html, type Html } from "../report/html.js";
import { pageShell, percent, percentRange, setTitles } from "../report/shell.js";
import { dataTable } from "../report/table.js";
import { type Measure, measures } from "./cell.js";
import type { StudyReport } from "./table.js";

type Figure = StudyReport["figures"][number];

const setsOf = ({ figures }: StudyReport): Measure[] => measures.filter((set) => figures.some((figure) => figure.set === set));
const variantsOf = ({ figures }: StudyReport): string[] => [...new Set(figures.map(({ variant }) => variant))];
const figureAt = ({ figures }: StudyReport, variant: string, set: Measure): Figure | undefined => figures.find((figure) => figure.variant === variant && figure.set === set);
const points = (difference: number): string => `${difference >= 0 ? "+" : "−"}${Math.abs(difference * 100).toFixed(1)}`;

function table(report: StudyReport): Html {
  const sets = setsOf(report);
  const cell = (figure: Figure | undefined): Html => (figure === undefined ? html`–` : html`${percent(figure.accuracy)}<br><span class="faint">${percentRange(figure.interval)}</span>`);
  return dataTable({
    head: ["encoder trained on", ...sets.map((set) => setTitles[set])],
    figures: sets.map((_, index) => index + 1),
    rows: [...variantsOf(report).map((variant) => [variant, ...sets.map((set) => cell(figureAt(report, variant, set)))]), ["chance", ...sets.map((set) => percent(report.figures.find((figure) => figure.set === set)!.chance))]],
  });
}

function claims({ comparisons }: StudyReport): Html {
  const verdict = ({ holds, interval }: StudyReport["comparisons"][number]): Html => html`<span class="${holds ? "right" : "wrong"}">${holds ? "yes" : interval[1] < 0 ? "no, the reverse does" : "not shown"}</span>`;
  return html`<h2 id="order">Claims of order</h2>
<p class="faint">Each is tested on the same samples under both trainings: the mean of the paired differences, and its interval by the bootstrap over problems. A claim holds where the whole interval lies above zero.</p>
${dataTable({
    head: ["claim", "on", "samples", "difference, points", "95 % interval", "holds"],
    figures: [2, 3, 4],
    rows: comparisons.map((one) => [`${one.better} above ${one.worse}`, setTitles[one.set], one.samples, points(one.difference), `${points(one.interval[0])} to ${points(one.interval[1])}`, verdict(one)]),
  })}`;
}

/** A study as one self-contained page. */
export function studyPage(report: StudyReport): string {
  const { seeds, comparisons, provenance } = report;
  const body = html`<h1>${report.title}</h1>
${report.question === "" ? null : html`<p>${report.question}</p>`}
<p class="faint">Hit@1 of the true candidate and share of right answers on held-out problems, over ${seeds.length === 1 ? "one training" : `${seeds.length} trainings`} each; 95 % intervals by the bootstrap over problems, a problem's trainings together.</p>
<h2 id="table">Table</h2>${table(report)}
${comparisons.length === 0 ? null : claims(report)}
<h2 id="charts">Charts</h2>
${setsOf(report).map((set) => html`<h3>${setTitles[set]}</h3>${scoreChart({ rows: report.figures.filter((figure) => figure.set === set).map(({ variant, accuracy, interval, chance }) => ({ label: variant, value: accuracy, interval, chance })), label: `${setTitles[set]}: each variant with its interval` })}`)}
<h2 id="provenance">Provenance</h2>
${dataTable({ head: ["variant", "seed", "stages, by the digest of what they published"], figures: [1], rows: provenance.map(({ variant, seed, stages }) => [variant, String(seed), html`${stages.map(({ stage, digest }) => html`${stage} <code>${digest.slice(0, 12)}</code> `)}`]) })}`;
  return pageShell({ title: report.title, body });
}

/** The study's tables as Markdown, for a document. */
export function studyMarkdown(report: StudyReport): string {
  const sets = setsOf(report);
  const cell = (figure: Figure | undefined): string => (figure === undefined ? "–" : `${percent(figure.accuracy)} (${percentRange(figure.interval)})`);
  const row = (cells: readonly string[]): string => `| ${cells.map((text) => text.replaceAll("|", String.raw`\|`)).join(" | ")} |`;
  const lines = [`# ${report.title}`, "", ...(report.question === "" ? [] : [report.question, ""])];
  lines.push(`Held-out problems, ${report.seeds.length} training${report.seeds.length === 1 ? "" : "s"} each; 95 % intervals by the bootstrap over problems.`, "");
  lines.push(row(["encoder trained on", ...sets.map((set) => setTitles[set])]), row(["---", ...sets.map(() => "---")]));
  for (const variant of variantsOf(report)) lines.push(row([variant, ...sets.map((set) => cell(figureAt(report, variant, set)))]));
  lines.push(row(["chance", ...sets.map((set) => percent(report.figures.find((figure) => figure.set === set)!.chance))]));
  if (report.comparisons.length > 0) {
    lines.push("", row(["claim", "on", "samples", "difference, points", "95 % interval", "holds"]), row(["---", "---", "---", "---", "---", "---"]));
    for (const { better, worse, set, samples, difference, interval, holds } of report.comparisons)
      lines.push(row([`${better} above ${worse}`, setTitles[set], String(samples), points(difference), `${points(interval[0])} to ${points(interval[1])}`, holds ? "yes" : interval[1] < 0 ? "no, the reverse does" : "not shown"]));
  }
  lines.push("", "![Each variant on each set, with its interval](study.svg)");
  return `${lines.join("\n")}\n`;
}
