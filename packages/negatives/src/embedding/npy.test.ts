import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { precomputedSearch } from "./embedding-search.js";
import { readNpy } from "./npy.js";

/** A file as numpy.save writes it: version 1, the header padded to 64 bytes. */
function npy({ type = "<f4", order = "False", shape = "(2, 2)", data }: { type?: string; order?: string; shape?: string; data: ArrayBufferView }): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = `${text}${" ".repeat(63 - ((10 + text.length) % 64))}\n`;
  const start = Buffer.from("\u0093NUMPY\u0001\u0000", "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([start, length, Buffer.from(header, "latin1"), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
const written = async (content: Buffer): Promise<string> => {
  const file = join(await mkdtemp(join(tmpdir(), "npy-")), "vectors.npy");
  await writeFile(file, content);
  return file;
};

it("reads the floating-point types", async () => {
  const values = [1, -0.5, 3, 4];
  expect(await readNpy(await written(npy({ data: Float32Array.from(values) })))).toEqual({ shape: [2, 2], data: Float32Array.from(values) });
  expect((await readNpy(await written(npy({ type: "<f8", shape: "(4,)", data: Float64Array.from(values) })))).data).toEqual(Float32Array.from(values));
  const half = await readNpy(await written(npy({ type: "<f2", data: Uint16Array.from([0x3c00, 0xb800, 0x4200, 0x0001]) })));
  expect([...half.data]).toEqual([1, -0.5, 3, 2 ** -24]);
});

it.each([
  ["another file", Buffer.from("hello, this is text"), /no \.npy/],
  ["whole numbers", npy({ type: "<i8", data: new BigInt64Array(4) }), /<i8/],
  ["Fortran's order", npy({ order: "True", data: new Float32Array(4) }), /Fortran/],
  ["too few numbers", npy({ shape: "(1000000000, 384)", data: new Float32Array(4) }), /too short/],
  ["a header beyond the file", Buffer.concat([Buffer.from("\u0093NUMPY\u0001\u0000\u00ff\u00ff", "latin1"), Buffer.alloc(8)]), /header/],
])("refuses %s", async (_, content, message) => {
  const refused = readNpy(await written(content));
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toSatisfy(InputError.isInstance);
});

it("refuses damaged files in one line, whatever is in them", async () => {
  const whole = npy({ data: new Float32Array(4) });
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(whole.length), async (place, byte, end) => {
      const content = Buffer.from(whole.subarray(0, end));
      if (place < end) content[place] = byte;
      const read = await readNpy(await written(content)).catch((error: unknown) => error);
      if (read instanceof Error) expect(InputError.isInstance(read)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it("names the file whose rows are too many or no vectors", async () => {
  const file = await written(npy({ data: Float32Array.from([1, 0, Number.NaN, 1]) }));
  await expect(precomputedSearch({ file, captions: 3 })).rejects.toThrow(/vectors\.npy.*2 rows for 3 captions/);
  await expect(precomputedSearch({ file, captions: 2 })).rejects.toThrow(/vectors\.npy.*vector 1/);
});
