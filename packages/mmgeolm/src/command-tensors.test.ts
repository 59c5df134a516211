import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, useNativeBackend, writeSafetensors } from "@mmgeo/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateOfFile, logitsOfFile } from "./command-tensors.js";
import { loadModel } from "./model/checkpoint.js";
import { disposeModel } from "./model/model.js";

const fixture = (name: string) => fileURLToPath(new URL(`__fixtures__/parity/${name}`, import.meta.url));
let folder = "";
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-tensors-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("tensor files", () => {
  it.each(["llama", "llava-clip"])("%s: logits, loss and gradients under every name Python gives them", async (name) => {
    const model = await loadModel(fixture(name));
    const output = join(folder, `${name}.safetensors`);
    const result = await logitsOfFile({ model, input: join(fixture(name), "inputs.safetensors"), output, gradients: true });
    const written = await readSafetensors(output);
    const expected = await readSafetensors(join(fixture(name), "expected.safetensors"));
    expect(result.loss).toBeCloseTo(expected["loss"]?.data[0] as number, 4);
    for (const key of Object.keys(expected).filter((other) => other !== "generated")) expect(written[key]?.shape, key).toEqual(expected[key]?.shape);
    const names = Object.keys((await readSafetensors(join(fixture(name), "model.safetensors"))) ?? {});
    for (const parameter of names) expect(Object.keys(written), parameter).toContain(`grad.${parameter}`);
    disposeModel(model);
  });

  it("continues the first row as Python does", async () => {
    const model = await loadModel(fixture("llava-siglip"));
    const output = join(folder, "generated.safetensors");
    const { generated } = await generateOfFile({ model, input: join(fixture("llava-siglip"), "inputs.safetensors"), output, maxNewTokens: 12, ignoreEnd: true });
    const expected = await readSafetensors(join(fixture("llava-siglip"), "expected.safetensors"));
    expect(generated).toEqual(Array.from(expected["generated"]?.data ?? []));
    expect((await readSafetensors(output))["generated"]?.shape).toEqual([1, generated.length]);
    disposeModel(model);
  });

  it("names what is wrong with a file", async () => {
    const model = await loadModel(fixture("llava-clip"));
    const input = join(folder, "wrong.safetensors");
    const attempt = async (tensors: Parameters<typeof writeSafetensors>[1], gradients = false) => {
      await writeSafetensors(input, tensors);
      return logitsOfFile({ model, input, output: join(folder, "none.safetensors"), gradients });
    };
    const ids = { shape: [1, 3], data: Int32Array.from([1, 2, 3]) };
    const pixels = { shape: [1, 3, 24, 24], data: new Float32Array(3 * 24 * 24) };
    await expect(attempt({ labels: ids })).rejects.toThrow(/input_ids.*missing/);
    await expect(attempt({ input_ids: ids, surplus: ids })).rejects.toThrow(/surplus.*not one of/);
    await expect(attempt({ input_ids: { shape: [1, 1], data: Int32Array.from([61]) } })).rejects.toThrow(/61 is outside the vocabulary/);
    await expect(attempt({ input_ids: ids, pixel_values: pixels })).rejects.toThrow(/0 image tokens for 1 pictures of 9 tokens/);
    await expect(attempt({ input_ids: ids, pixel_values: { ...pixels, shape: [3, 24, 24] } })).rejects.toThrow(/pixel_values/);
    await expect(attempt({ input_ids: ids }, true)).rejects.toThrow(/labels/);
    await expect(loadModel(folder)).rejects.toThrow(/config\.json/);
    disposeModel(model);
  });
});
