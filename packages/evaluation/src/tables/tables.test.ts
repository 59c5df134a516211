import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing.js";
import { fillTable, tableNamed } from "./fill.js";
import { filledText, renderFilled, renderTable, tableFormatNamed, tableFormats } from "./render.js";
import { readResults } from "./results.js";
import { tableTemplates } from "./template.js";

const answer = (id: string, right: boolean) => ({ id, outcome: right ? "right" : "wrong", extracted: "A", reason: "", response: "A", gold: "A", categories: ["easy"], group: id });

function runFolder(parent: string, name: string, score: Record<string, unknown>, right: (index: number) => boolean): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  const answers = Array.from({ length: 40 }, (_, index) => answer(`q${index}`, right(index)));
  const accuracy = answers.filter(({ outcome }) => outcome === "right").length / 40;
  writeFileSync(join(folder, "answers.jsonl"), answers.map((one) => `${JSON.stringify(one)}\n`).join(""));
  writeFileSync(join(folder, "score.json"), JSON.stringify({ model: "mine", benchmark: "mm-math", checksum: "c", n: 40, accuracy, interval: [accuracy - 0.1, accuracy + 0.1], official: { accuracy: 1, interval: [0.9, 1] }, variant: null, byCategory: { easy: { n: 40, accuracy, interval: [accuracy - 0.1, accuracy + 0.1] } }, ...score }));
  return folder;
}

it("templates have a value for each column of each published row", () => {
  for (const { columns, published } of tableTemplates) for (const { values } of published) expect(values).toHaveLength(columns.length);
});

it("fills the paper's tables from result folders, the published rows beside ours and marked", async () => {
  const parent = temporaryFolder();
  const folders = [
    runFolder(parent, "plain", {}, (index) => index < 20),
    runFolder(parent, "turned", { variant: "rotate-30" }, (index) => index < 14),
    runFolder(parent, "blind", { blind: true }, (index) => index < 8),
  ];
  const rates = join(parent, "hit-rates.json");
  writeFileSync(rates, JSON.stringify({ model: "runs/encoder", sets: { image: { n: 500, hitAt1: 0.3, interval: [0.26, 0.34], beatsChance: true } } }));
  const results = await readResults([...folders, rates]);

  const main = fillTable(tableNamed("main"), results);
  expect(main.rows.filter(({ published }) => published)).toHaveLength(8);
  const text = filledText(main);
  expect(text.find(([name]) => name === "GPT-4o")).toEqual(["GPT-4o", "published", "58.9", "62.7", "65.4", "58.0", "43.6", "45.8", "30.0", "10.9", "31.8"]);
  expect(text.find(([name]) => name === "mine")).toEqual(["mine", "measured", "", "", "", "", "", "50.0 [40.0, 60.0]", "", "", "50.0 [40.0, 60.0]"]);
  expect(text.find(([name]) => name === "mine, without pictures")?.at(-1)).toBe("20.0 [10.0, 30.0]");
  expect(filledText(fillTable(tableNamed("main"), await readResults(folders, { official: true }))).find(([name]) => name === "mine")?.at(-1)).toBe("100.0 [90.0, 100.0]");

  const robustness = filledText(fillTable(tableNamed("robustness"), results)).at(-1);
  expect(robustness?.slice(0, 3)).toEqual(["mine, mm-math", "measured", "50.0 [40.0, 60.0]"]);
  expect(robustness?.[3]).toMatch(/^35\.0 \(-15\.0 \[-2\d\.\d, -\d\.\d\]\)$/);
  expect(filledText(fillTable(tableNamed("hit-rate"), results)).at(-1)).toEqual(["runs/encoder", "measured", "", "", "", "30.0 [26.0, 34.0]"]);

  for (const format of tableFormats) expect(renderFilled(main, format)).toContain("MMGeoLM-Qwen2.5-7B");
  expect(JSON.parse(renderFilled(main, "json"))).toMatchObject({ name: "main", rows: [{ name: "GPT-4o", published: true }, {}, {}, {}, {}, {}, {}, {}, { name: "mine", published: false }, {}] });
});

it("renders what a table may hold in every format", () => {
  const table = [["", "a|b"], ['say "x"', "1,5\n<2>"]];
  expect(renderTable(table, "markdown")).toBe('|  | a\\|b |\n| --- | ---: |\n| say "x" | 1,5 <2> |');
  expect(renderTable(table, "csv")).toBe(',a|b\n"say ""x""","1,5\n<2>"');
  expect(renderTable(table, "json")).toBe('[{"name":"say \\"x\\"","a|b":"1,5\\n<2>"}]');
  expect(renderTable(table, "html")).toContain("<td>1,5\n&#60;2&#62;</td>");
  expect(() => tableFormatNamed("pdf")).toThrow(/markdown/);
});

it("says what is no result", async () => {
  const folder = temporaryFolder();
  await expect(readResults([folder])).rejects.toThrow(/neither score.json/);
  writeFileSync(join(folder, "score.json"), "{}");
  await expect(readResults([folder])).rejects.toSatisfy(InputError.isInstance);
  expect(() => tableNamed("none")).toThrow(/ablations/);
});
