import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { expect } from "vitest";
import type { Sample } from "./training/sample.js";

/** An RGB PNG (ISO 15948) without filters; enough for pictures that tests draw. */
export function encodePng({ data, width, height }: { data: Uint8Array; width: number; height: number }): Uint8Array {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** A white square picture with one black bar, lying or standing, at one of four places. */
function barPicture(direction: "horizontal" | "vertical", place: number, side = 16): Uint8Array {
  const data = new Uint8Array(side * side * 3).fill(255);
  for (let along = 1; along < side - 1; along++) {
    for (let across = place * 4 + 1; across < place * 4 + 3; across++) {
      const [x, y] = direction === "horizontal" ? [along, across] : [across, along];
      data.fill(0, (y * side + x) * 3, (y * side + x) * 3 + 3);
    }
  }
  return encodePng({ data, width: side, height: side });
}

const directions = ["horizontal", "vertical"] as const;

/** Eight pictures of bars and their captions, every other picture and caption a negative: small enough to learn in a second. */
export async function barSamples(): Promise<{ folder: string; samples: Sample[] }> {
  const folder = await mkdtemp(join(tmpdir(), "mmclip-"));
  await mkdir(join(folder, "images"));
  const bars: { id: string; image: string; caption: string }[] = [];
  for (const direction of directions) {
    for (let place = 0; place < 4; place++) {
      const id = `${direction}-${place}`;
      const image = join(folder, "images", `${id}.png`);
      await writeFile(image, barPicture(direction, place));
      bars.push({ id, image, caption: `The bar is ${direction} at ${place}.` });
    }
  }
  const samples = bars.map((bar): Sample => {
    const others = bars.filter(({ id }) => id !== bar.id);
    return {
      ...bar,
      textNegatives: others.map(({ caption }) => ({ kind: "rule", caption, classes: ["number"] })),
      imageNegatives: others.map(({ image, caption }) => ({ image, caption, classes: ["number"] })),
    };
  });
  return { folder, samples };
}

/** The tolerance of issue and paper alike: 1e-4 of the larger value, or 2e-5. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    const [value, reference] = [actual[index] as number, expected[index] as number];
    const allowed = 2e-5 + 1e-4 * Math.abs(reference);
    if (!(Math.abs(value - reference) <= allowed)) expect.fail(`${what}[${index}] is ${value}, the reference ${reference}`);
  }
}
