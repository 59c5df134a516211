import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "@mmgeo/engine";
import { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
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
