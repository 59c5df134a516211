import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readSafetensors, tf, toTensor, useNativeBackend, writeSafetensors } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateIds } from "../generation/generate.js";
import { encodePrompt, encodeText } from "../text/prompt.js";
import { tinyConversations, tinyModel } from "../testing.js";
import { saveModel } from "./checkpoint.js";
import { computeLogits } from "./logits.js";
import { disposeModel } from "./model.js";

const python = join(process.env["MMGEO_CACHE"] ?? join(homedir(), ".cache", "mmgeo"), "parity-venv", "bin", "python");
const script = fileURLToPath(new URL("../../scripts/open_checkpoint.py", import.meta.url));
const available = existsSync(python);
if (!available) console.log(`skipped: no Python with torch and transformers at ${python}`);

let folder = "";
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-python-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!available)("a saved model in Python's transformers", () => {
  it("opens as LlavaForConditionalGeneration, with the same logits, greedy tokens and token ids", { timeout: 240_000 }, async () => {
    const text = "∠ABC = 60°, AB ∥ CD. How long is DE?\nA. 12.5\nB. √3";
    const model = await tinyModel(tinyConversations({ black: "", white: "", count: 4 }));
    await saveModel(model, join(folder, "model"));
    const prompt = encodePrompt(model, [{ role: "user", text }], 1);
    const pixels = tf.randomNormal([1, 3, 16, 16], 0, 1, "float32", 3) as tf.Tensor4D;
    await writeSafetensors(join(folder, "inputs.safetensors"), { input_ids: { shape: [1, prompt.length], data: Int32Array.from(prompt) }, pixel_values: { shape: pixels.shape, data: (await pixels.data()) as Float32Array } });
    await promisify(execFile)(python, [script, join(folder, "model"), join(folder, "inputs.safetensors"), join(folder, "outputs.safetensors"), text], { env: { ...process.env, HF_HUB_OFFLINE: "1" } });
    const expected = await readSafetensors(join(folder, "outputs.safetensors"));

    expect(encodeText(model, text)).toEqual(Array.from(expected["text"]?.data ?? []));
    expect(encodePrompt(model, [{ role: "user", text }], 0)).toEqual(Array.from(expected["chat"]?.data ?? []));
    const { logits } = computeLogits({ model, batch: { ids: Int32Array.from(prompt), batch: 1, tokens: prompt.length }, pixels });
    const difference = tf.max(tf.abs(tf.sub(logits, toTensor(expected["logits"] as NonNullable<(typeof expected)[string]>))));
    expect((await difference.data())[0]).toBeLessThan(1e-4);
    const [continued] = await generateIds({ model, prompts: [prompt], pixels, maxNewTokens: 8 });
    expect([...prompt, ...(continued?.ids ?? [])]).toEqual(Array.from(expected["generated"]?.data ?? []));
    tf.dispose([pixels, logits, difference]);
    disposeModel(model);
  });
});
