import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, type DiagramRecord } from "@mmgeo/dataset";
import { captionOf, parseStatement } from "@mmgeo/diagram";
import { beforeAll, describe, expect, it } from "vitest";
import { writePaperForm } from "./paper-form.js";
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

  it("take captions out of lists of conversations, and give the paper's two forms, read back unchanged", async () => {
    const list = join(folder, "llava.json");
    await writeFile(list, JSON.stringify([{ id: "a", image: "a.png", conversations: [{ from: "human", value: "?" }, { from: "gpt", value: "AB=5, AB ∥ CD." }] }, { positive_image_path: "b.png", conversations: [{ value: "?" }, { value: "AB=6." }] }]));
    const output = join(folder, "of-list.jsonl");
    expect(await writeRuleNegatives({ input: list, output, perCaption: 2, seed: 1 })).toMatchObject({ captions: 2, negatives: 4 });
    expect((await linesOf(output)).map(({ id, image }) => [id, image])).toEqual([["a", "a.png"], [1, "b.png"]]);
    const text = join(folder, "text.json");
    expect(await writePaperForm({ path: output, form: "text", output: text })).toEqual({ written: 2, without: 0 });
    expect(JSON.parse(await readFile(text, "utf8"))).toMatchObject([{ positive_image_path: "a.png", negative_captions: [{}, {}], conversations: [{ from: "human" }, { from: "gpt", value: "AB=5, AB ∥ CD." }] }, {}].map((sample) => ("negative_captions" in sample ? { ...sample, negative_captions: expect.any(Array) as unknown } : sample)));
    const again = join(folder, "text-again.json");
    expect(await writePaperForm({ path: text, form: "text", output: again })).toEqual({ written: 2, without: 0 });
    expect(await readFile(again, "utf8")).toBe(await readFile(text, "utf8"));
    const images = join(folder, "images.json");
    await writeFile(images, JSON.stringify([{ positive_image_path: "a.png", negative_image_path: ["b.png"], extra: { kept: 1.0 }, conversations: [{ from: "human", value: "?" }, { from: "gpt", value: "Ein Kreis ⊙O." }] }], null, 2));
    await writePaperForm({ path: images, form: "image", output: again });
    expect(await readFile(again, "utf8")).toBe(await readFile(images, "utf8"));
    await expect(writePaperForm({ path: images, form: "text", output: again })).rejects.toThrow(/ask for image/);
    await writeFile(images, "[{}]");
    await expect(writeRuleNegatives({ input: images, output, perCaption: 2, seed: 1 })).rejects.toThrow(/0\.conversations/);
    await writeFile(images, "{}");
    await expect(writeRuleNegatives({ input: images, output, perCaption: 2, seed: 1 })).rejects.toThrow(/list/);
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
