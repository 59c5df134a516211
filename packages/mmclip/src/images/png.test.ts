import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodePng } from "../testing.js";
import { decodePng } from "./png.js";
import { readPicture } from "./read-picture.js";

const picture = fc.record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) }).chain(({ width, height }) => fc.record({ width: fc.constant(width), height: fc.constant(height), data: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }) }));

test("what was encoded is decoded", () => {
  fc.assert(fc.property(picture, (image) => {
      expect(decodePng(Buffer.from(encodePng(image)))).toEqual(image);
    }));
});

test("a damaged file is left to the general decoder, which names it, and never crashes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mmclip-png-"));
  const whole = Buffer.from(encodePng({ width: 5, height: 4, data: new Uint8Array(60) }));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] as number) ^ change;
      decodePng(damaged);
      decodePng(damaged.subarray(0, place));
    }),
  );
  const file = join(folder, "cut.png");
  await writeFile(file, whole.subarray(0, 40));
  await expect(readPicture(file)).rejects.toSatisfy((error) => InputError.isInstance(error) && error.file === file);
  await expect(readPicture(join(folder, "none.png"))).rejects.toThrow("there is no such image");
  await rm(folder, { recursive: true });
});
