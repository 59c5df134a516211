import { InputError } from "@mmgeo/dataset";
import type { FilledRow, FilledTable } from "./fill.js";

/** A table as rows of text: the first row names the columns. */
export type TextTable = readonly (readonly string[])[];

export const tableFormats = ["text", "markdown", "csv", "json", "html"] as const;
export type TableFormat = (typeof tableFormats)[number];

/** @throws {InputError} that lists the formats there are */
export function tableFormatNamed(name: string): TableFormat {
  const found = tableFormats.find((format) => format === name);
  if (found === undefined) throw new InputError({ message: `there is no format "${name}"; there are ${tableFormats.join(", ")}`, field: "--format" });
  return found;
}

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/** A table of texts in a form for a terminal, a document, a spreadsheet or a browser; as JSON, a list of objects by column. */
export function renderTable(table: TextTable, format: TableFormat): string {
  const [head = [], ...rows] = table;
  switch (format) {
    case "markdown": {
      const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
      return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
    }
    case "csv":
      return table.map((row) => row.map(csvCell).join(",")).join("\n");
    case "json":
      return JSON.stringify(rows.map((row) => Object.fromEntries(head.map((name, column) => [name === "" ? "name" : name, row[column] ?? ""]))));
    case "html": {
      const cells = (row: readonly string[], tag: string) => row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("");
      return `<table>\n<thead><tr>${cells(head, "th")}</tr></thead>\n<tbody>\n${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n")}\n</tbody>\n</table>`;
    }
    case "text": {
      const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
      return table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ").trimEnd()).join("\n");
    }
  }
}

const percent = (fraction: number) => (100 * fraction).toFixed(1);
const signed = (fraction: number) => `${fraction < 0 ? "-" : "+"}${percent(Math.abs(fraction))}`;

function cellText(cell: FilledRow["cells"][number]): string {
  if (cell === null) return "";
  if (!("interval" in cell)) return percent(cell.value);
  const { difference } = cell;
  if (difference !== undefined) return `${percent(cell.value)} (${signed(difference.value)} [${signed(difference.interval[0])}, ${signed(difference.interval[1])}])`;
  return `${percent(cell.value)} [${percent(cell.interval[0])}, ${percent(cell.interval[1])}]`;
}

/** A filled table as text: published rows say so, ours have their 95 % intervals, and paired differences where they are variants. */
export function filledText({ columns, rows }: FilledTable): TextTable {
  return [["", "from", ...columns], ...rows.map(({ name, published, cells }) => [name, published ? "published" : "measured", ...cells.map(cellText)])];
}

/** A filled table in one of the formats; as JSON its figures are numbers. */
export function renderFilled(table: FilledTable, format: TableFormat): string {
  if (format === "json") return JSON.stringify(table);
  const text = renderTable(filledText(table), format);
  if (format === "csv") return text;
  if (format === "markdown") return `### ${table.title}\n\n${text}`;
  return format === "html" ? `<h2>${escapeHtml(table.title)}</h2>\n${text}` : `${table.title}\n${text}`;
}
