import { html, type Html } from "./html.js";

/** A table that scrolls by itself where the page is narrow, also by keyboard. `figures` are the columns of numbers, from 0. */
export function dataTable({ caption, head, rows, figures = [] }: { caption?: string; head: readonly string[]; rows: readonly (readonly (string | number | Html)[])[]; figures?: readonly number[] }): Html {
  const kind = (column: number): string => (figures.includes(column) ? "figure" : "");
  const shown = (value: string | number | Html): string | Html => (typeof value === "number" ? value.toLocaleString("en") : value);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption ?? `Table: ${head.filter((name) => name !== "").join(", ")}`}"><table>${caption === undefined ? null : html`<caption>${caption}</caption>`}
<thead><tr>${head.map((name, column) => html`<th scope="col" class="${kind(column)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((value, column) => html`<td class="${kind(column)}">${shown(value)}</td>`)}</tr>`)}</tbody></table></div>`;
}
