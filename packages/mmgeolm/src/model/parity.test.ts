import { fileURLToPath } from "node:url";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type HostTensor, readSafetensors, tf, toTensor, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { generateIds } from "../generation/generate.js";
import { loadModel } from "./checkpoint.js";
import { computeLogits } from "./logits.js";
import { moduleName } from "./names.js";
import { disposeModel } from "./model.js";

const root = fileURLToPath(new URL("../__fixtures__/parity", import.meta.url));

beforeAll(async () => {
  await useNativeBackend();
});

/** The largest difference beyond what a relative tolerance allows. */
function excess(actual: ArrayLike<number>, expected: ArrayLike<number>, relative: number): number {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let at = 0; at < expected.length; at += 1) worst = Math.max(worst, Math.abs((actual[at] as number) - (expected[at] as number)) - relative * Math.abs(expected[at] as number));
  return worst;
}

describe.each(readdirSync(root))("%s computes what Python's transformers computes", (name) => {
  it("logits, loss and every gradient", async () => {
    const inputs = await readSafetensors(join(root, name, "inputs.safetensors"));
    const expected = await readSafetensors(join(root, name, "expected.safetensors"));
    const model = await loadModel(join(root, name));
    const [batch, tokens] = (inputs["input_ids"] as HostTensor).shape as [number, number];
    const pixelValues = inputs["pixel_values"];
    const pixels = pixelValues === undefined ? null : (toTensor(pixelValues) as tf.Tensor4D);
    const result = computeLogits({ model, batch: { ids: inputs["input_ids"]?.data as Int32Array, batch, tokens }, pixels, labels: inputs["labels"]?.data as Int32Array, gradients: true });
    expect(excess(result.logits.dataSync(), expected["logits"]?.data as Float32Array, 1e-4)).toBeLessThan(2e-5);
    expect(excess(result.loss?.dataSync() as Float32Array, expected["loss"]?.data as Float32Array, 1e-5)).toBeLessThan(1e-6);
    const multimodal = model.config.multimodal !== null;
    let compared = 0;
    for (const [parameter, gradient] of Object.entries(result.gradients ?? {})) {
      const reference = expected[`grad.${multimodal ? moduleName(parameter) : parameter}`];
      // PyTorch gives no gradient to what the loss does not depend on: the tower's layers beyond the chosen one.
      const difference = excess(gradient.dataSync(), reference?.data ?? new Float32Array(gradient.size), 1e-4);
      expect(difference, parameter).toBeLessThan(2e-5);
      if (reference !== undefined) compared += 1;
    }
    tf.dispose([result.logits, result.loss as tf.Tensor, ...Object.values(result.gradients ?? {})]);
    expect(compared).toBe(Object.keys(expected).filter((key) => key.startsWith("grad.")).length);
    disposeModel(model);
  });

  it("greedy tokens, alone and beside a prompt of another length", async () => {
    const inputs = await readSafetensors(join(root, name, "inputs.safetensors"));
    const expected = await readSafetensors(join(root, name, "expected.safetensors"));
    const model = await loadModel(join(root, name));
    const tokens = inputs["input_ids"]?.shape[1] as number;
    const prompt = Array.from(inputs["input_ids"]?.data.slice(0, tokens) as Int32Array);
    const images = inputs["pixel_values"];
    const picture = images === undefined ? null : tf.tensor4d((images.data as Float32Array).slice(0, images.data.length / 2), [1, images.shape[1] as number, images.shape[2] as number, images.shape[3] as number]);
    const maxNewTokens = (expected["generated"]?.data.length as number) - tokens;
    const [alone] = await generateIds({ model, prompts: [prompt], pixels: picture, maxNewTokens });
    expect([...prompt, ...(alone?.ids ?? [])]).toEqual(Array.from(expected["generated"]?.data as Int32Array));
    // Dynamic scaling depends on the longest sequence of the batch, so there rows are not independent.
    if (name === "llama-dynamic") return;
    const besides = await generateIds({ model, prompts: [prompt, [5, 6, 7]], pixels: picture, maxNewTokens });
    expect(besides[0]?.ids).toEqual(alone?.ids);
    const [short] = await generateIds({ model, prompts: [[5, 6, 7]], maxNewTokens });
    expect(besides[1]?.ids).toEqual(short?.ids);
    picture?.dispose();
    disposeModel(model);
  });
});
