import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, type DiagramRecord } from "@mmgeo/dataset";
import { captionOf, parseStatement } from "@mmgeo/diagram";
import { beforeAll, describe, expect, it } from "vitest";
import { writeRetrievalNegatives } from "./retrieval-file.js";
import { writeRuleNegatives } from "./rule-file.js";
import { statisticsOfFile, writeStatisticsPage } from "./statistics-file.js";

const claims = ["Equal(LengthOfLine(AB),3)", "Equal(LengthOfLine(BC),4)", "PerpendicularBetweenLine(AB,CB)"];
const record: DiagramRecord = {
  id: "right",
  image: "right.png",
  caption: captionOf({ claims: claims.map((claim) => parseStatement(claim)), seed: 2 }).text,
  claims,
  program: "Shape(AB,BC,CA)",
  scene: { points: { A: [0, 3], B: [0, 0], C: [4, 0] }, circles: {}, symbols: {} },
  question: null,
  negatives: [{ kind: "retrieval", caption: "CD is 5.", from: "other", similarity: 0.5, falseClaims: [] }],
  provenance: { source: "test", licence: null, seed: 2, generator: "test", model: null },
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "negatives-"));
});

async function fileOf(name: string, lines: unknown[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return file;
}
const linesOf = async (file: string) => (await readFile(file, "utf8")).trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown> & { negatives: Record<string, unknown>[] });

describe("files of captions and records", () => {
  it("take and give both kinds of line", async () => {
    const input = await fileOf("in.jsonl", [{ id: "1", caption: "AB=5, AB ∥ CD." }, { id: 2, caption: "" }, record]);
    const output = join(folder, "out", "rule.jsonl");
    const report = await writeRuleNegatives({ input, output, perCaption: 3, seed: 1 });
    const [plain, empty, whole] = await linesOf(output);
    expect(Object.keys(plain!)).toEqual(["id", "caption", "negatives"]);
    expect(plain!.negatives).toHaveLength(3);
    expect(Object.keys(plain!.negatives[0]!)).toEqual(["kind", "caption", "edits"]);
    expect(empty).toEqual({ id: 2, caption: "", negatives: [] });
    expect(whole).toMatchObject({ ...record, negatives: [{ kind: "retrieval" }, { kind: "rule" }, { kind: "rule" }, { kind: "rule" }] });
    expect(report).toMatchObject({ captions: 3, negatives: 6, reasons: { "empty caption": 1 } });
    // What was written can be read again; rule negatives are replaced and not doubled.
    const again = join(folder, "again.jsonl");
    await writeRuleNegatives({ input: output, output: again, perCaption: 3, seed: 1 });
    expect(await readFile(again, "utf8")).toBe(await readFile(output, "utf8"));
  });

  it("balance without losing any", async () => {
    const input = await fileOf("many.jsonl", Array.from({ length: 30 }, (_, index) => ({ id: String(index), caption: `AB=${index + 3}, AB ∥ CD, O is the center of circle O.` })));
    const output = join(folder, "balanced.jsonl");
    expect(await writeRuleNegatives({ input, output, perCaption: 4, seed: 1, balance: true })).toMatchObject({ captions: 30, negatives: 120 });
    expect((await statisticsOfFile(output)).blind.kinds.rule!.captions).toBe(60);
  });

  it("retrieve and count", async () => {
    const input = await fileOf("retrieve.jsonl", [{ id: "1", caption: "AB=5, AB ∥ CD." }, { id: "2", caption: "AB=6, AB ∥ CD." }, record]);
    const output = join(folder, "retrieved.jsonl");
    const report = await writeRetrievalNegatives({ input, output, count: 2 });
    const [first] = await linesOf(output);
    expect(first!.negatives[0]).toMatchObject({ kind: "retrieval", from: "2", caption: "AB=6, AB ∥ CD." });
    expect(report.captions).toBe(3);
    expect((await statisticsOfFile(output)).kinds.retrieval!.negatives).toBe(report.negatives);
  });

  it("show what they hold on a page", async () => {
    const input = await fileOf("page.jsonl", [{ id: "<1>", caption: "AB=5, AB ∥ CD." }, record]);
    const path = join(folder, "paged.jsonl");
    await writeRuleNegatives({ input, output: path, perCaption: 3, seed: 1 });
    const output = join(folder, "page.html");
    await writeStatisticsPage({ path, output, counted: await statisticsOfFile(path) });
    const page = await readFile(output, "utf8");
    expect(page).toContain("&lt;1&gt;");
    expect(page).toMatch(/<mark class="(?:order|shape|relation|number)" title="/);
    expect(page).not.toMatch(/https?:\/\//);
  });

  it.each([
    ["not JSON", "{", /line 2/],
    ["no caption", { id: "1" }, /line 2, field caption/],
    ["a caption that is no text", { id: "1", caption: 5 }, /line 2, field caption/],
    ["half a record", { id: "1", caption: "x", scene: {}, claims: [], program: "" }, /line 2, field image/],
    ["an array", [1], /line 2/],
  ])("name the line of %s", async (name, line, message) => {
    const input = await fileOf(`bad-${name}.jsonl`, [{ id: "0", caption: "AB=5." }, line]);
    const written = writeRuleNegatives({ input, output: join(folder, "bad.jsonl"), perCaption: 1, seed: 1 });
    await expect(written).rejects.toThrow(message);
    await expect(written).rejects.toSatisfy(InputError.isInstance);
    await expect(readFile(join(folder, "bad.jsonl"))).rejects.toThrow(/ENOENT/);
  });
});
