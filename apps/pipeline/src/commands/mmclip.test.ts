import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "@mmgeo/engine";
import { Command } from "commander";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { registerMmclipCommands } from "./mmclip.js";

const fixtures = fileURLToPath(new URL("../../../../packages/mmclip/src/__fixtures__/parity/", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmclip-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function mmclip(...words: string[]): Promise<void> {
  const program = new Command("mmgeo").exitOverride();
  registerMmclipCommands(program);
  for (const command of program.commands) for (const inner of command.commands) inner.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(["mmclip", ...words], { from: "user" });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) expect(Math.abs((actual[index] as number) - (expected[index] as number))).toBeLessThan(2e-5 + 1e-4 * Math.abs(expected[index] as number));
}

test.each(["siglip", "altclip"])("embed and loss of %s tensors give what transformers gives", async (name) => {
  const model = join(fixtures, name);
  const reference = await readSafetensors(join(model, "reference.safetensors"));
  const tensors = join(model, "text.safetensors");
  const embeddings = join(folder, `${name}-embeddings.safetensors`);
  await mmclip("embed", "--model", model, "--tensors", tensors, "--out", embeddings);
  const embedded = await readSafetensors(embeddings);
  for (const key of ["image_embeds", "text_embeds"]) expectClose(embedded[key]?.data ?? [], reference[`text.${key}`]?.data ?? []);
  const out = join(folder, `${name}-loss.safetensors`);
  await mmclip("loss", "--model", model, "--tensors", tensors, "--form", "text", "--loss", "softmax", "--groups", "2", "--gradients", "--out", out);
  const result = await readSafetensors(out);
  expectClose(result["loss"]?.data ?? [], reference["text.softmax.loss"]?.data ?? []);
  const gradients = Object.keys(reference).filter((key) => key.startsWith("text.softmax.grad."));
  for (const key of gradients) expectClose(result[key.replace("text.softmax.", "")]?.data ?? [], reference[key]?.data ?? []);
  expect(Object.keys(result)).toHaveLength(gradients.length + 1);
});

test("a dry run reads the paper's form, says what training would take, and writes nothing", async () => {
  const data = join(folder, "text.json");
  await writeFile(data, JSON.stringify([{ positive_image_path: "1.png", negative_captions: ["AB is 7.", "AB is 4.", "AB is 8."], conversations: [{ from: "human", value: "<image>" }, { from: "gpt", value: "AB is 4." }] }]));
  const size = { width: 16, layers: 1, heads: 2 };
  const file = join(folder, "dry.json");
  await writeFile(file, JSON.stringify({ data, out: "dry", encoder: { vision: { ...size, imageSize: 16, patchSize: 8 }, text: size }, stages: [{ batchSize: 1, steps: 7, negatives: { rule: 2 }, forms: { text: 1 } }] }));
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await mmclip("train", "--config", file, "--dry-run");
    await mmclip("train", "--config", file, "--dry-run", "--freeze", "vision", "--json");
  } finally {
    write.mockRestore();
  }
  expect(printed[0]).toMatch(/^stage 1: (\d+) of \1 parameters learn; 7 steps of at most 1 pictures and 3 captions; about 0\.00 GB and \d+ s\n$/u);
  const { stages } = JSON.parse(printed.at(-1) ?? "") as { stages: { parameters: number; trainable: number }[] };
  expect(stages[0]?.trainable).toBeLessThan(stages[0]?.parameters ?? 0);
  expect(existsSync(join(folder, "dry"))).toBe(false);
});

test("two files of ranks are compared by paired tests", async () => {
  const line = (id: number, rank: number): string => `${JSON.stringify({ id: String(id), set: "rule", rank, count: 4 })}\n`;
  const [first, second] = [join(folder, "first.jsonl"), join(folder, "second.jsonl")];
  await writeFile(first, Array.from({ length: 12 }, (_, id) => line(id, 1)).join(""));
  await writeFile(second, Array.from({ length: 12 }, (_, id) => line(id, id < 10 ? 2 : 1)).join(""));
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await mmclip("compare", first, second);
  } finally {
    write.mockRestore();
  }
  expect(printed.join("")).toContain("rule: 83.3 points");
  expect(printed.join("")).toContain("right in the first alone 10, in the second alone 0, p 0.0020, 12 samples");
});

test("wrong input is named in one line", async () => {
  const model = join(fixtures, "clip");
  const out = join(folder, "out.safetensors");
  const loss = (...more: string[]): Promise<void> => mmclip("loss", "--model", model, "--tensors", join(model, "text.safetensors"), "--loss", "softmax", "--out", out, ...more);
  await expect(loss("--form", "text", "--groups", "4")).rejects.toThrow("pixel_values: has 2 rows; 4 groups in text form need 4");
  await expect(loss("--form", "sideways", "--groups", "2")).rejects.toThrow("Allowed choices are text, image");
  await expect(mmclip("embed", "--model", model, "--out", out)).rejects.toThrow("give --in F.jsonl or --tensors");
  await expect(mmclip("train", "--config", join(folder, "nothing.json"))).rejects.toThrow("there is no such configuration file");
  const config = join(folder, "run.json");
  await writeFile(config, JSON.stringify({ data: "data", out: "run", stages: [{ lossy: 1 }], from: "x" }));
  await expect(mmclip("train", "--config", config)).rejects.toThrow("stages.0");
});
