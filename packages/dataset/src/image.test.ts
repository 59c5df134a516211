import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { loadImage, loadImages } from "./image.js";
import { imageVariant, imageVariants } from "./image-variant.js";
import { InputError } from "./input-error.js";
import { temporaryFolder } from "./testing.js";

let wideRed: Uint8Array;
beforeAll(async () => {
  wideRed = await sharp({ create: { width: 40, height: 20, channels: 3, background: { r: 255, g: 0, b: 0 } } }).png().toBuffer();
});

describe("loadImage", () => {
  it("gives an image's own pixels", async () => {
    const pixels = Uint8Array.from([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    const png = await sharp(pixels, { raw: { width: 2, height: 2, channels: 3 } }).png().toBuffer();
    expect(await loadImage(png)).toEqual({ data: pixels, width: 2, height: 2, channels: 3 });
  });

  it("pads to a square, keeping the proportions", async () => {
    const { data, width, height } = await loadImage(wideRed, { size: 40 });
    expect([width, height, data.length]).toEqual([40, 40, 4800]);
    const pixel = (x: number, y: number) => [...data.subarray((y * 40 + x) * 3, (y * 40 + x) * 3 + 3)];
    expect(pixel(20, 20)).toEqual([255, 0, 0]);
    expect(pixel(20, 2)).toEqual([255, 255, 255]);
    expect(pixel(20, 37)).toEqual([255, 255, 255]);
  });

  it("stretches and crops", async () => {
    for (const fit of ["stretch", "crop"] as const) {
      const { data } = await loadImage(wideRed, { size: 8, fit });
      expect(data.every((value, index) => value === (index % 3 === 0 ? 255 : 0))).toBe(true);
    }
  });

  it("gives grey bytes, and numbers from 0 to 1", async () => {
    expect(await loadImage(wideRed, { size: 4, fit: "stretch", channels: 1 })).toMatchObject({ channels: 1, width: 4, height: 4 });
    const { data } = await loadImage(wideRed, { size: 4, fit: "stretch", as: "float32" });
    expect(data).toBeInstanceOf(Float32Array);
    expect([...data.subarray(0, 3)]).toEqual([1, 0, 0]);
  });

  it("puts transparent places on the background", async () => {
    const clear = await sharp({ create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
    expect([...(await loadImage(clear, { channels: 1 })).data]).toEqual([255, 255, 255, 255]);
  });

  it("reads grey and palette files as RGB", async () => {
    const grey = await sharp({ create: { width: 3, height: 3, channels: 3, background: { r: 9, g: 9, b: 9 } } }).greyscale().png({ palette: true }).toBuffer();
    expect((await loadImage(grey)).data.length).toBe(27);
  });

  it("says which file does not decode", async () => {
    const folder = temporaryFolder();
    const cut = join(folder, "cut.png");
    writeFileSync(cut, wideRed.subarray(0, wideRed.length - 30));
    const text = join(folder, "text.png");
    writeFileSync(text, "not an image");
    const svg = join(folder, "drawing.svg");
    writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    for (const file of [cut, text, svg, join(folder, "missing.png"), folder]) {
      const error = await loadImage(file).catch((error: unknown) => error);
      expect(InputError.isInstance(error), file).toBe(true);
      expect(error).toMatchObject({ file });
    }
  });

  it("refuses a small file that claims a huge picture", async () => {
    const header = Buffer.from(wideRed);
    header.writeUInt32BE(100_000, 16);
    header.writeUInt32BE(100_000, 20);
    await expect(loadImage(header)).rejects.toSatisfy(InputError.isInstance);
  });
});

it("loadImages keeps the order", async () => {
  const sources = await Promise.all([10, 20, 30, 40, 50].map((value) => sharp({ create: { width: 4, height: 4, channels: 3, background: { r: value, g: 0, b: 0 } } }).png().toBuffer()));
  expect((await loadImages(sources, { size: 2 })).map(({ data }) => data[0])).toEqual([10, 20, 30, 40, 50]);
});

describe("imageVariant", () => {
  it("turns, shrinks, blurs and compresses, on white", async () => {
    const sizes: [number, number][] = [];
    for (const variant of imageVariants) {
      const { data, width, height } = await loadImage(await imageVariant(wideRed, variant));
      sizes.push([width, height]);
      if (variant === "rotate-30") expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    }
    expect(sizes.slice(1)).toEqual([[20, 10], [40, 20], [40, 20]]);
    expect(sizes[0]?.[0]).toBeGreaterThan(40);
  });

  it("is an InputError where there is no picture", async () => {
    for (const variant of imageVariants) await expect(imageVariant(Buffer.from("nonsense"), variant)).rejects.toSatisfy(InputError.isInstance);
    await expect(imageVariant("/nowhere/picture.png", "half")).rejects.toSatisfy(InputError.isInstance);
  });
});
