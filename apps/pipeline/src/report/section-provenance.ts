import { html, type Html } from "./html.js";
import type { Report } from "./report.js";
import { dataTable } from "./table.js";
import type { Manifest } from "../store/store.js";

/** What each stage was made of. */
export function provenanceSection({ report, manifests }: { report: Report; manifests: readonly Manifest[] }): Html {
  const code = [...new Map(manifests.flatMap(({ code }) => Object.entries(code)))].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return html`<h2 id="provenance">Provenance</h2>
<p class="faint">What each stage published, by the digest of its files. The same inputs, parameters and code give the same digests. <code>npx mmgeo explain report.json#encoder.sets.image</code> names everything that a figure was made of.</p>
${dataTable({
  head: ["stage", "key", "digest", "made of"],
  rows: report.provenance.map(({ stage, key, digest }) => {
    const inputs = Object.keys(manifests.find((manifest) => manifest.stage === stage)?.inputs ?? {});
    return [stage, html`<code>${key}</code>`, html`<code>${digest.slice(0, 16)}</code>`, inputs.length === 0 ? "–" : inputs.join(", ")];
  }),
})}
${manifests.map(({ stage, parameters }) => html`<details><summary>Parameters of ${stage}</summary><pre tabindex="0">${JSON.stringify(parameters, null, 2)}</pre></details>`)}
${code.length === 0 ? null : dataTable({ caption: "Code", head: ["package", "digest of its build"], rows: code.map(([name, digest]) => [name, html`<code>${digest}</code>`]) })}`;
}
