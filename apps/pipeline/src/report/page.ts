import type { DiagramRecord } from "@mmgeo/dataset";
import type { Manifest } from "../store/store.js";
import { html, type Html } from "./html.js";
import { type Embed, pictureEmbedder } from "./pictures.js";
import type { Report } from "./report.js";
import { dataSection } from "./section-data.js";
import { encoderSection } from "./section-encoder.js";
import { languageModelSection } from "./section-language-model.js";
import { provenanceSection } from "./section-provenance.js";
import { trainingSection } from "./section-training.js";
import { pageShell, percent, setTitles } from "./shell.js";

export interface PageData {
  report: Report;
  /** records to show, from the folder their image paths are relative to */
  samples: { folder: string; records: DiagramRecord[] };
  /** what the published stages say of themselves, in their order */
  manifests: readonly Manifest[];
}

function tile(figure: string, label: string): Html {
  return html`<li><b>${figure}</b><span>${label}</span></li>`;
}

function overview({ problems, dataset, encoder, languageModel }: Report): Html {
  const negatives = dataset.negatives.image + dataset.negatives.rule + dataset.negatives.retrieval;
  return html`<h2 id="overview">Overview</h2>
<ul class="tiles">
${tile(`${problems.proven} of ${problems.taken}`, "problems drawn, every caption proven")}
${tile(negatives.toLocaleString("en"), "hard negatives, every one proven false")}
${encoder.sets.map((hits) => tile(percent(hits.hitAt1), `Hit@1, ${setTitles[hits.set]} (chance ${percent(hits.chance)})`))}
${tile(percent(languageModel.score.accuracy), `held-out questions (chance ${percent(languageModel.score.chance)})`)}
</ul>`;
}

const links = [["overview", "Overview"], ["data", "Data"], ["training", "Training"], ["encoder", "Encoder"], ["language-model", "Language model"], ["answers", "Answers"], ["provenance", "Provenance"]] as const;

/** The report as one page that needs no network. */
export async function renderPage({ report, samples, manifests }: PageData): Promise<string> {
  const { records } = samples;
  const embed: Embed = pictureEmbedder(samples.folder);
  const body = html`<h1>From problems to a model that sees geometry</h1>
<p class="faint">Preset ${report.preset}, seed ${report.seed}.</p>
<nav aria-label="Sections">${links.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav>
${overview(report)}
${await dataSection({ report, records, embed })}
${trainingSection(report)}
${encoderSection(report)}
${await languageModelSection({ report, records, embed })}
${provenanceSection({ report, manifests })}`;
  return pageShell({ title: `MMGeo run: ${report.preset}`, body });
}
