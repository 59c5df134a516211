import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors } from "@mmgeo/engine";
import { describe, expect, test } from "vitest";
import { parseImageProcessor, preprocessImage } from "./image-processor.js";
import { readPicture } from "./read-picture.js";

/** Made by `tooling/parity/python vary_images.py FOLDER`. */
const folder = process.env["MMGEO_IMAGE_CASES"] ?? "";
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/u.test(name)).sort() : [];
if (cases.length === 0) console.log("skipped: MMGEO_IMAGE_CASES names no folder of processor cases; tooling/parity/README.md says how to make one");

describe.skipIf(cases.length === 0)("random processors give what transformers gives, to one level of 255", () => {
  test.each(cases)("%s", async (name) => {
    const text = await readFile(join(folder, name, "preprocessor_config.json"), "utf8");
    const reference = await readSafetensors(join(folder, name, "reference.safetensors"));
    if (Object.keys(reference).length === 0) return;
    const processor = parseImageProcessor(JSON.parse(text));
    for (const [file, { data, shape }] of Object.entries(reference)) {
      const { pixels, width, height } = preprocessImage({ image: await readPicture(join(folder, file)), processor });
      expect([3, height, width], `${file} under ${text}`).toEqual(shape);
      const plane = width * height;
      let largest = 0;
      for (let index = 0; index < data.length; index++) {
        const deviation = processor.do_normalize ? (processor.image_std[Math.floor(index / plane)] as number) : 1;
        largest = Math.max(largest, (Math.abs((pixels[index] as number) - (data[index] as number)) * deviation) / (processor.do_rescale ? processor.rescale_factor : 1));
      }
      expect(largest, `${file} under ${text}`).toBeLessThan(1.01);
    }
  });
});
