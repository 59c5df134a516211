import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadImage } from "@mmgeo/dataset";
import { readSafetensors } from "@mmgeo/engine";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseImageProcessor, preprocessImage } from "./image-processor.js";
import { resample } from "./resample.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/images/", import.meta.url));

test.each(["siglip", "clip", "vit"])("the %s image processor gives what Python's gives, to one level of 255", async (kind) => {
  const processor = parseImageProcessor(JSON.parse(await readFile(join(fixtures, `${kind}.json`), "utf8")));
  const reference = await readSafetensors(join(fixtures, `${kind}.safetensors`));
  for (const name of ["wide", "tall"]) {
    const { pixels, width, height } = preprocessImage({ image: await loadImage(join(fixtures, `${name}.png`)), processor });
    const { data, shape } = reference[name] as { data: Float32Array; shape: number[] };
    expect([3, height, width]).toEqual(shape);
    const plane = width * height;
    let largest = 0;
    for (let index = 0; index < data.length; index++) {
      const deviation = processor.image_std[Math.floor(index / plane)] as number;
      largest = Math.max(largest, Math.abs((pixels[index] as number) - (data[index] as number)) * deviation * 255);
    }
    expect(largest).toBeLessThan(1.001);
  }
});

test("resizing keeps a picture of one colour, whatever the sizes and the filter", () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(side, side, side, side, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 255 }), (fromWidth, fromHeight, width, height, filter, value) => {
      const image = { data: new Uint8Array(fromWidth * fromHeight * 3).fill(value), width: fromWidth, height: fromHeight };
      const result = resample({ image, width, height, filter });
      return result.data.length === width * height * 3 && result.data.every((byte) => byte === value);
    }),
  );
});

test("a picture is padded to a square before it is resized, its proportions kept", () => {
  const processor = parseImageProcessor({ size: { height: 4, width: 4 }, do_normalize: false, pad_to_square: [255, 255, 255] });
  const { pixels } = preprocessImage({ image: { data: new Uint8Array(4 * 2 * 3), width: 4, height: 2 }, processor });
  expect(Array.from(pixels.slice(0, 16))).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
});

test("what a file leaves out is what its class takes", () => {
  expect(parseImageProcessor({ image_processor_type: "ViTImageProcessor", size: 64 })).toMatchObject({ size: { height: 64, width: 64 }, resample: 2, image_mean: [0.5, 0.5, 0.5], do_center_crop: false });
  expect(parseImageProcessor({ feature_extractor_type: "CLIPFeatureExtractor", size: 64, crop_size: 32 })).toMatchObject({ size: { shortest_edge: 64 }, resample: 3, do_center_crop: true, crop_size: { height: 32, width: 32 } });
  expect(parseImageProcessor({ image_processor_type: "SiglipImageProcessor", size: null })).toMatchObject({ size: { height: 224, width: 224 }, do_center_crop: false });
});

test("a configuration that makes no sense is refused with its field", () => {
  expect(() => parseImageProcessor({ size: { height: -1, width: 4 } }, { file: "preprocessor_config.json" })).toThrow("preprocessor_config.json, field size");
  expect(() => parseImageProcessor({ resample: 9 })).toThrow("resample");
});
