import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gelu, linear, randomNormal, readSafetensors, tf, train, useNativeBackend, type Parameters, type TrainOptions, type TrainResult } from "../index.js";

const folders: string[] = [];

beforeAll(async () => {
  await useNativeBackend();
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mmgeo-train-"));
  folders.push(folder);
  return folder;
}

const inputs = Array.from({ length: 24 }, (_, index) => [Math.sin(index), Math.cos(3 * index), (index % 5) / 5]);

function options(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    parameters: { "a.weight": randomNormal({ shape: [8, 3], seed: 1, standardDeviation: 0.5 }), "a.bias": tf.zeros([8]), "b.weight": randomNormal({ shape: [1, 8], seed: 2, standardDeviation: 0.5 }) },
    loss: (parameters: Parameters, { x, y }) => {
      const prediction = linear(gelu(linear(x as tf.Tensor, parameters["a.weight"] as tf.Tensor, parameters["a.bias"])), parameters["b.weight"] as tf.Tensor);
      const loss = prediction.squeeze([1]).squaredDifference(y as tf.Tensor).mean();
      return { loss, metrics: { prediction: prediction.mean() } };
    },
    examples: inputs.length,
    batchSize: 4,
    batch: (indices) => ({
      x: { shape: [indices.length, 3], data: Float32Array.from(indices.flatMap((index) => inputs[index] as number[])) },
      y: { shape: [indices.length], data: Float32Array.from(indices, (index) => (inputs[index] as number[])[0] as number) },
    }),
    epochs: 5,
    seed: 3,
    learningRate: 0.02,
    ...changes,
  };
}

async function numbersOf({ parameters }: TrainResult): Promise<Record<string, number[]>> {
  const numbers: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(parameters)) numbers[name] = Array.from(await tensor.data());
  return numbers;
}

describe("train", () => {
  it("learns, and the same way each time", async () => {
    const first = await train(options());
    const second = await train(options());
    expect(first.losses).toHaveLength(30);
    expect(first.losses.at(-1)).toBeLessThan((first.losses[0] as number) / 3);
    expect(second.losses).toEqual(first.losses);
    expect(await numbersOf(second)).toEqual(await numbersOf(first));
  });

  it("leaves frozen parameters alone", async () => {
    const given = options({ trainable: (name) => name.startsWith("b") });
    const before = await (given.parameters["a.weight"] as tf.Tensor).data();
    const after = await train(given);
    expect(await (after.parameters["a.weight"] as tf.Tensor).data()).toEqual(before);
  });

  it("averages micro-batches to what the whole batch gives", async () => {
    const whole = await train(options({ batchSize: 8, steps: 6 }));
    const parts = await train(options({ batchSize: 4, accumulate: 2, steps: 6 }));
    for (const [step, loss] of whole.losses.entries()) expect((parts.losses[step] as number) / loss).toBeCloseTo(1, 5);
  });

  it("goes on from a checkpoint with the same bits, and refuses other options", async () => {
    const whole = await train(options({ folder: await scratch() }));
    const folder = await scratch();
    const controller = new AbortController();
    const stopped = train(options({ folder, saveEvery: 4, signal: controller.signal, onProgress: ({ step }) => (step === 14 ? controller.abort(new Error("stopped")) : undefined) }));
    await expect(stopped).rejects.toThrow("stopped");
    await expect(train(options({ folder, saveEvery: 4, seed: 4 }))).rejects.toThrow(/state\.json, field seed: was 3 .* is 4 now/);
    const resumed = await train(options({ folder, saveEvery: 4 }));
    expect(resumed.resumedFrom).toBe(12);
    expect(await numbersOf(resumed)).toEqual(await numbersOf(whole));
    const metrics = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line) as { step: number; loss: number; prediction: number });
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(metrics.map(({ loss }) => loss)).toEqual(whole.losses);
    const saved = await readSafetensors(join(resumed.checkpoint as string, "model.safetensors"));
    expect(Array.from((saved["a.bias"] as { data: Float32Array }).data)).toEqual((await numbersOf(whole))["a.bias"]);
  });

  it("stops clearly when the loss is not finite", async () => {
    await expect(train(options({ loss: (parameters) => (parameters["a.bias"] as tf.Tensor).sum().sub(1).log() }))).rejects.toThrow(/step 1 has loss NaN/);
  });

  it("agrees with PyTorch's AdamW on one step", async () => {
    // torch.optim.AdamW([p], lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.5) on p = [[1, -2]], gradient [[0.3, -0.1]]:
    // p (1 - 0.1 * 0.5) = [0.95, -1.9]; the first Adam step moves each by 0.1 against the gradient's sign.
    const { parameters } = await train({
      ...options(),
      parameters: { p: tf.tensor2d([[1, -2]]) },
      loss: ({ p }) => (p as tf.Tensor).mul(tf.tensor2d([[0.3, -0.1]])).sum(),
      steps: 1,
      learningRate: 0.1,
      schedule: "constant",
      warmupRatio: 0,
      weightDecay: 0.5,
    });
    const [first, second] = await (parameters["p"] as tf.Tensor).data();
    expect(first).toBeCloseTo(0.85, 6);
    expect(second).toBeCloseTo(-1.8, 6);
  });
});
