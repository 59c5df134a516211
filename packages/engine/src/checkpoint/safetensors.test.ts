import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError, loadCheckpoint, readSafetensors, readSafetensorsHeader, saveCheckpoint, tf, useNativeBackend, writeSafetensors } from "../index.js";
import { halfToNumber, narrowBfloat16, widenBfloat16 } from "./safetensors.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-safetensors-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A file with this header and so many bytes of data. */
async function fileOf(header: unknown, dataLength: number, declaredLength?: number): Promise<string> {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(declaredLength ?? text.length));
  const file = join(folder, "made.safetensors");
  await writeFile(file, Buffer.concat([length, text, Buffer.alloc(dataLength)]));
  return file;
}

describe("safetensors", () => {
  it("reads what it writes, of every type", async () => {
    const file = join(folder, "all.safetensors");
    const floats = Float32Array.of(1, -2.5, 3e-5, 1e30);
    await writeSafetensors(file, {
      f: { shape: [2, 2], data: floats },
      b: { shape: [4], data: floats, type: "BF16" },
      i: { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
      long: { shape: [1], data: Int32Array.of(-7), type: "I64" },
      u: { shape: [3], data: Uint8Array.of(1, 2, 3) },
      bool: { shape: [2], data: Uint8Array.of(0, 1), type: "BOOL" },
      empty: { shape: [0, 3], data: new Float32Array(0) },
      scalar: { shape: [], data: Float32Array.of(4) },
    });
    const read = await readSafetensors(file);
    expect(read["f"]).toEqual({ shape: [2, 2], data: floats });
    expect(Array.from(read["b"]?.data ?? [])).toEqual(Array.from(widenBfloat16(narrowBfloat16(floats))));
    expect(read["i"]?.data).toEqual(Int32Array.of(-1, 2 ** 31 - 1));
    expect(read["long"]?.data).toEqual(Int32Array.of(-7));
    expect(read["u"]?.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(read["bool"]?.data).toEqual(Uint8Array.of(0, 1));
    expect(read["empty"]).toEqual({ shape: [0, 3], data: new Float32Array(0) });
    expect(read["scalar"]).toEqual({ shape: [], data: Float32Array.of(4) });
    const { entries, metadata } = await readSafetensorsHeader(file);
    expect(metadata).toEqual({ format: "pt" });
    expect(entries.map(({ name }) => name)).toEqual(["f", "b", "i", "long", "u", "bool", "empty", "scalar"]);
    expect(Object.keys(await readSafetensors(file, { select: (name) => name === "u" }))).toEqual(["u"]);
    // The data begins at a multiple of 8, as the reference implementation writes it.
    expect((entries[0] as { begin: number }).begin % 8).toBe(0);
  });

  it("converts halves exactly and rounds bfloat16 to nearest even", () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0x8000].map(halfToNumber)).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, Infinity, -0]);
    expect(halfToNumber(0x7e00)).toBeNaN();
    const cases: [number, number][] = [[1, 1], [1 + 2 ** -8, 1], [1 + 3 * 2 ** -8, 1 + 2 ** -6], [1 + 2 ** -8 + 2 ** -16, 1 + 2 ** -7], [-Infinity, -Infinity]];
    for (const [value, rounded] of cases) expect(widenBfloat16(narrowBfloat16(Float32Array.of(value)))[0]).toBe(rounded);
    expect(widenBfloat16(narrowBfloat16(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });

  it("says what is wrong with a damaged file", async () => {
    const f32 = (shape: unknown, offsets: unknown) => ({ dtype: "F32", shape, data_offsets: offsets });
    const cases: [string, number, RegExp, number?][] = [
      ["{", 0, /not JSON/],
      ["[]", 0, /not a JSON object/],
      ["{}", 4, /4 bytes after its last tensor/],
      [JSON.stringify({ a: f32([2], [0, 8]) }), 4, /field a: lies at bytes 0 to 8 of the data, outside the file/],
      [JSON.stringify({ a: f32([2], [0, 4]) }), 4, /field a: has 4 bytes for F32 \[2\]/],
      [JSON.stringify({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }), 4, /overlaps/],
      [JSON.stringify({ a: f32([1], [4, 8]) }), 8, /hole/],
      [JSON.stringify({ a: f32([2 ** 30, 2 ** 30, 2 ** 30], [0, 4]) }), 4, /has 4 bytes for/],
      [JSON.stringify({ a: f32([-1], [0, 4]) }), 4, /shape/],
      [JSON.stringify({ a: f32([1], [4, 0]) }), 4, /outside/],
      [JSON.stringify({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }), 1, /type F8_E4M3; the types read are/],
      ["{}", 0, /header has 4000000000 bytes/, 4e9],
    ];
    for (const [header, dataLength, message, declared] of cases) {
      await expect(readSafetensors(await fileOf(header, dataLength, declared)), header).rejects.toThrow(message);
    }
    await expect(readSafetensors(join(folder, "none.safetensors"))).rejects.toThrow(/none\.safetensors: cannot be opened \(ENOENT\)/);
  });

  it("never fails otherwise than with an InputError, whatever the bytes", { timeout: 3_600_000 }, async () => {
    const valid = join(folder, "valid.safetensors");
    await writeSafetensors(valid, { "a.weight": { shape: [3, 2], data: new Float32Array(6).fill(1) }, "b.bias": { shape: [2], data: Float32Array.of(1, 2) } });
    const original = await readFile(valid);
    const mutated = join(folder, "mutated.safetensors");
    const mutation = fc.array(fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(mutation, fc.integer({ min: 0, max: original.length + 8 }), fc.boolean(), async (changes, length, cut) => {
        const bytes = Buffer.alloc(cut ? length : original.length);
        original.copy(bytes);
        for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
        await writeFile(mutated, bytes);
        try {
          await readSafetensors(mutated);
        } catch (error) {
          expect(InputError.isInstance(error), String(error)).toBe(true);
          expect((error as Error).message).not.toContain("\n");
        }
      }),
      { numRuns: process.env["MMGEO_SLOW"] === "1" ? 100_000 : 400 },
    );
  });
});

describe("checkpoints", () => {
  it("saves and loads one file or shards", async () => {
    await useNativeBackend();
    const parameters = { "a.weight": tf.tensor2d([[1, 2], [3, 4]]), "b.bias": tf.tensor1d([5, 6]), "position_ids": tf.tensor1d([0, 1], "int32") };
    for (const [name, maxShardSize] of [["one", 5e9], ["shards", 16]] as const) {
      const target = join(folder, name);
      await saveCheckpoint(target, { config: { model_type: "test" }, parameters }, { maxShardSize });
      const loaded = await loadCheckpoint(target);
      expect(loaded.config).toEqual({ model_type: "test" });
      expect(Object.keys(loaded.parameters)).toEqual(Object.keys(parameters));
      for (const [key, tensor] of Object.entries(parameters)) {
        expect(loaded.parameters[key]?.dtype).toBe(tensor.dtype);
        expect(await loaded.parameters[key]?.data()).toEqual(await tensor.data());
      }
    }
    expect((await stat(join(folder, "shards", "model-00002-of-00002.safetensors"))).isFile()).toBe(true);
    expect(JSON.parse(await readFile(join(folder, "shards", "model.safetensors.index.json"), "utf8"))).toMatchObject({ metadata: { total_size: 32 } });
    await rm(join(folder, "shards", "model-00002-of-00002.safetensors"));
    await expect(loadCheckpoint(join(folder, "shards"))).rejects.toThrow(/model-00002-of-00002\.safetensors: cannot be opened/);
    await expect(loadCheckpoint(folder)).rejects.toThrow(/config\.json: cannot be read/);
  });

  it("are checked against the model before anything is read", async () => {
    await useNativeBackend();
    const target = join(folder, "shapes");
    await saveCheckpoint(target, { config: {}, parameters: { "a.weight": tf.ones([2, 3]), "b.bias": tf.ones([2]) } });
    const shapes = { "a.weight": [2, 3], "b.bias": [2] };
    expect(Object.keys((await loadCheckpoint(target, { shapes })).parameters)).toEqual(["a.weight", "b.bias"]);
    expect(Object.keys((await loadCheckpoint(target, { select: (name) => name !== "b.bias", shapes: { "a.weight": [2, 3] } })).parameters)).toEqual(["a.weight"]);
    const before = tf.memory().numTensors;
    const cases: [Record<string, number[]>, RegExp][] = [
      [{ ...shapes, "a.weight": [3, 2] }, /model\.safetensors, field a\.weight: has shape \[2,3\] where the model has \[3,2\]/],
      [{ "a.weight": [2, 3] }, /field b\.bias: is not a parameter of this model/],
      [{ ...shapes, "c.weight": [1], "d.weight": [1] }, /shapes, field c\.weight: is missing, as are 1 more/],
    ];
    for (const [wrong, message] of cases) await expect(loadCheckpoint(target, { shapes: wrong })).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("are written and loaded with little more memory than they have", { timeout: 300_000 }, async () => {
    // In a process of its own, whose memory is its own.
    const tensors = process.env["MMGEO_SLOW"] === "1" ? 128 : 16;
    const program = `
      import { loadCheckpoint, saveCheckpoint, tf, useNativeBackend, writeSafetensors } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
      import { mkdir, writeFile } from "node:fs/promises";
      await useNativeBackend();
      const size = 4 * 2 ** 20;
      const [folder, count] = [process.argv[2], Number(process.argv[3])];
      await mkdir(folder + "/in", { recursive: true });
      await writeFile(folder + "/in/config.json", "{}");
      await writeSafetensors(folder + "/in/model.safetensors", Object.fromEntries(Array.from({ length: count }, (_, index) => ["w" + index, { shape: [size], data: async () => new Float32Array(size).fill(index) }])));
      const before = process.resourceUsage().maxRSS;
      const { parameters } = await loadCheckpoint(folder + "/in");
      for (const [name, tensor] of Object.entries(parameters)) {
        const part = tensor.slice([size - 1], [1]);
        if (part.dataSync()[0] !== Number(name.slice(1))) throw new Error(name);
        part.dispose();
      }
      const loaded = process.resourceUsage().maxRSS;
      await saveCheckpoint(folder + "/out", { config: {}, parameters }, { maxShardSize: 5 * 4 * size });
      console.log(JSON.stringify({ loading: (loaded - before) / 1024, saving: (process.resourceUsage().maxRSS - loaded) / 1024 }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-", join(folder, "large"), String(tensors)], { input: program, encoding: "utf8" });
    expect(stderr).toBe("");
    const growth = JSON.parse(stdout) as { loading: number; saving: number };
    // In MiB; each tensor has 16.
    expect(growth.loading).toBeLessThan(16 * tensors + 120);
    expect(growth.saving).toBeLessThan(120);
    expect((await readSafetensors(join(folder, "large", "out", `model-00001-of-${String(Math.ceil(tensors / 5)).padStart(5, "0")}.safetensors`), { select: (name) => name === "w4" }))["w4"]?.data[0]).toBe(4);
  });
});
