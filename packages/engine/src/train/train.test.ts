import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gelu, linear, progressBar, randomNormal, readSafetensors, tf, train, useNativeBackend, workerBatches, type Parameters, type TrainOptions, type TrainProgress, type TrainResult } from "../index.js";
import { crc32c } from "./crc32c.js";

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

/** The records of an event file as text, each with both of its checksums checked. */
function readEvents(bytes: Buffer): string[] {
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const events: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const content = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(content));
    events.push(content.toString("latin1"));
    at += 16 + length;
  }
  return events;
}

describe("train", () => {
  it("computes the check value of CRC-32C", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  });

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

  it("saves where it is when it is stopped, also between the batches of one step", async () => {
    const whole = await train(options({ accumulate: 3, steps: 8 }));
    const folder = await scratch();
    const controller = new AbortController();
    const given = options({ accumulate: 3, steps: 8, folder, ahead: 1, averageDecay: 0.5, saveWhenStopped: true });
    let made = 0;
    const batch: TrainOptions["batch"] = (...parameters) => {
      made += 1;
      // Asked for one ahead, so before the fifth is computed, the second batch of step 2.
      if (made === 6) controller.abort(new Error("stopped"));
      return given.batch(...parameters);
    };
    await expect(train({ ...given, batch, signal: controller.signal })).rejects.toThrow("stopped");
    const checkpoints = await readdir(join(folder, "checkpoints"));
    expect(checkpoints).toEqual(["step-00000001-part-000002"]);
    const resumed = await train(options({ accumulate: 3, steps: 8, folder, averageDecay: 0.5 }));
    expect(resumed.resumedFrom).toBe(1);
    expect(await numbersOf(resumed)).toEqual(await numbersOf(whole));
    const metrics = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => (JSON.parse(line) as { loss: number }).loss);
    expect(metrics).toEqual(whole.losses);
  });

  it("keeps an exponential average of the parameters", async () => {
    const folder = await scratch();
    const seen: number[] = [];
    const { parameters, averages, checkpoint } = await train(
      options({
        steps: 3,
        averageDecay: 0.75,
        folder,
        evaluateEvery: 1,
        evaluate: async (current) => {
          seen.push((await (current["b.weight"] as tf.Tensor).data())[0] as number);
          return { first: seen.at(-1) as number };
        },
      }),
    );
    const start = (await (options().parameters["b.weight"] as tf.Tensor).data())[0] as number;
    const expected = seen.reduce((average, value) => 0.75 * average + 0.25 * value, start);
    expect((await ((averages as Parameters)["b.weight"] as tf.Tensor).data())[0]).toBeCloseTo(expected, 6);
    expect((await (parameters["b.weight"] as tf.Tensor).data())[0]).toBe(seen[2]);
    const stored = await readSafetensors(join(checkpoint as string, "average", "model.safetensors"));
    expect(stored["b.weight"]?.data[0]).toBeCloseTo(expected, 6);
    const metrics = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n").map((line) => (JSON.parse(line) as Record<string, number>)["evaluation.first"]);
    expect(metrics).toEqual(seen);
  });

  it("leaves the event file that TensorBoard reads, and says how fast it is", async () => {
    const folder = await scratch();
    let speed: TrainProgress | null = null;
    await train(options({ steps: 2, folder, productRate: 1e12, onProgress: (progress) => (speed = progress) }));
    const name = (await readdir(folder)).find((file) => file.startsWith("events.out.tfevents.")) as string;
    const events = readEvents(await readFile(join(folder, name)));
    expect(events).toHaveLength(3);
    expect(events[0]).toContain("brain.Event:2");
    for (const event of events.slice(1)) for (const tag of ["loss", "learningRate", "gradientNorm", "prediction", "speed/examplesPerSecond"]) expect(event).toContain(tag);
    // Two layers on four examples: 2 * 4 * (3 * 8 + 8) forwards; backwards the weights' gradients, and one layer's inputs'.
    expect((speed as TrainProgress | null)?.utilisation).toBeCloseTo(((speed as TrainProgress | null)?.operationsPerSecond as number) / 1e12, 9);
    expect((speed as TrainProgress | null)?.operationsPerSecond).toBeGreaterThan(0);
  });

  it("takes batches from worker threads, in order", async () => {
    const folder = await scratch();
    const module = join(folder, "batches.mjs");
    await writeFile(
      module,
      `export function createBatch({ inputs }) {
         return async (indices, { epoch }) => {
           if (epoch > 8) throw new Error("no more");
           await new Promise((resolve) => setTimeout(resolve, indices[0] % 7));
           return { x: { shape: [indices.length, 3], data: Float32Array.from(indices.flatMap((index) => inputs[index])) }, y: { shape: [indices.length], data: Float32Array.from(indices, (index) => inputs[index][0]) } };
         };
       }`,
    );
    const { batch, close } = workerBatches({ module: pathToFileURL(module), options: { inputs }, workers: 2 });
    const [here, there] = [await train(options()), await train(options({ batch, ahead: 4 }))];
    expect(there.losses).toEqual(here.losses);
    expect(there.waitingShare).toBeLessThan(1);
    await expect(train(options({ batch, epochs: 10 }))).rejects.toThrow("no more");
    await close();
    await expect(workerBatches({ module: pathToFileURL(join(folder, "absent.mjs")) }).batch([0], { epoch: 0 })).rejects.toThrow(/absent\.mjs/);
  });

  it("draws its progress", () => {
    const progress = { step: 3, steps: 4, epoch: 0, loss: 0.5, learningRate: 0.1, gradientNorm: 1, metrics: {}, examplesPerSecond: 120, secondsLeft: 75, operationsPerSecond: 5e9, utilisation: 0.5, waitingShare: 0 };
    const written: string[] = [];
    progressBar({ write: (text) => written.push(text), isTTY: true })(progress);
    expect(written[0]).toContain("██████████████████░░░░░░ 3/4  loss 0.5000, 120 examples/s, 50 % of the device's product rate, 1 min 15 s left");
    const lines = progressBar({ write: (text) => written.push(text) });
    for (const step of [1, 2, 4]) lines({ ...progress, step });
    expect(written.slice(1).map((line) => line.slice(0, 3))).toEqual(["1/4", "4/4"]);
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
