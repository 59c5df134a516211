import { InputError } from "@mmgeo/dataset";
import type { Figure, ModelResults } from "./results.js";
import { tableTemplates, type ColumnSource, type TableTemplate } from "./template.js";

/** A row of a filled table; published figures have no interval. */
export interface FilledRow {
  name: string;
  published: boolean;
  cells: (Figure | { value: number } | null)[];
}

export interface FilledTable {
  name: string;
  title: string;
  columns: string[];
  rows: FilledRow[];
}

/** @throws {InputError} that lists the tables there are */
export function tableNamed(name: string): TableTemplate {
  const found = tableTemplates.find((template) => template.name === name);
  if (found === undefined) throw new InputError({ message: `there is no table "${name}"; there are ${tableTemplates.map((template) => template.name).join(", ")}`, field: "--table" });
  return found;
}

function figureOf(results: ModelResults, source: ColumnSource, benchmark: string | null): Figure | null {
  if ("set" in source) return results.sets.get(source.set) ?? null;
  if ("variant" in source) return (benchmark === null ? null : results.variants.get(benchmark)?.get(source.variant ?? "")) ?? null;
  return results.benchmarks.get(source.benchmark)?.get(source.category ?? "") ?? null;
}

/** Fills a template: the published rows, marked as such, and a row for each model that has a figure in it (in the table of variants, for each of its benchmarks). */
export function fillTable(template: TableTemplate, results: readonly ModelResults[]): FilledTable {
  const ofVariants = template.columns.some(({ source }) => "variant" in source);
  const rowOf = (name: string, model: ModelResults, benchmark: string | null): FilledRow => ({ name, published: false, cells: template.columns.map(({ source }) => figureOf(model, source, benchmark)) });
  const own = results.flatMap((model) => {
    if (!ofVariants) return [rowOf(model.model, model, null)];
    return [...model.variants].filter(([, figures]) => figures.size > 1 || !figures.has("")).map(([benchmark]) => rowOf(`${model.model}, ${benchmark}`, model, benchmark));
  });
  return {
    name: template.name,
    title: template.title,
    columns: template.columns.map(({ label }) => label),
    rows: [...template.published.map(({ name, values }): FilledRow => ({ name, published: true, cells: values.map((value) => (value === null ? null : { value: value / 100 })) })), ...own.filter(({ cells }) => cells.some((cell) => cell !== null))],
  };
}
