import { readFile } from "node:fs/promises";
import { InputError } from "@mmgeo/dataset";
import { tf } from "@mmgeo/engine";
import { patchGrid } from "../config/tower-config.js";
import { preprocessImage } from "../images/image-processor.js";
import { readPicture } from "../images/read-picture.js";
import { imageEmbeddings } from "../model/embeddings.js";
import { encodeTexts } from "../model/encode.js";
import type { ClipModel } from "../model/model.js";

export interface SimilarityMap {
  rows: number;
  columns: number;
  /** Row by row: by how much the similarity falls when the patch is left blank. Positive where the text has its support. */
  values: Float32Array;
  /** Whether the picture was padded to a square, and not stretched. */
  padded: boolean;
  /** Of the whole picture: the cosine with the text, less that with `against`. */
  similarity: number;
}

/** Pictures encoded at a time. */
const BATCH = 64;

/**
 * Which patches of a picture a text depends on: each patch in turn is replaced by the background, and the fall of the cosine is its
 * value. With `against`, a caption of which one statement is false, it is the fall of the difference between the two, so that the map
 * shows what tells them apart and not what both speak of. It asks the encoder as it is used, whatever pooling it has.
 */
export async function similarityMap({ model, image, text, against = null }: { model: ClipModel; image: string; text: string; against?: string | null }): Promise<SimilarityMap> {
  const { config, parameters, imageProcessor } = model;
  const { height, width, patchHeight, patchWidth, rows, columns } = patchGrid(config.vision_config);
  const whole = preprocessImage({ image: await readPicture(image), processor: imageProcessor });
  if (whole.height !== height || whole.width !== width) throw new InputError({ message: `becomes ${whole.width} x ${whole.height} pixels by preprocessor_config.json, but the model takes ${width} x ${height}`, file: image });
  const blank = preprocessImage({ image: { data: new Uint8Array(3 * height * width).fill(255), width, height }, processor: { ...imageProcessor, do_resize: false, do_center_crop: false, pad_to_square: null } }).pixels;
  const texts = await encodeTexts({ model, texts: [text, ...(against === null ? [] : [against])] });
  const size = whole.pixels.length;
  const scores = new Float32Array(1 + rows * columns);
  for (let start = 0; start < scores.length; start += BATCH) {
    const count = Math.min(BATCH, scores.length - start);
    const pixels = new Float32Array(count * size);
    for (let place = 0; place < count; place++) {
      pixels.set(whole.pixels, place * size);
      // The first is the whole picture.
      const patch = start + place - 1;
      if (patch < 0) continue;
      const [top, left] = [Math.floor(patch / columns) * patchHeight, (patch % columns) * patchWidth];
      for (let channel = 0; channel < 3; channel++) {
        for (let y = top; y < top + patchHeight; y++) {
          const row = (channel * height + y) * width + left;
          pixels.set(blank.subarray(row, row + patchWidth), place * size + row);
        }
      }
    }
    const embedded = tf.tidy(() => imageEmbeddings({ parameters, config, pixels: tf.tensor(pixels, [count, 3, height, width]) }).dataSync<"float32">());
    for (let place = 0; place < count; place++) {
      let score = 0;
      for (let index = 0; index < texts.size; index++) score += (embedded[place * texts.size + index] as number) * ((texts.data[index] as number) - (against === null ? 0 : (texts.data[texts.size + index] as number)));
      scores[start + place] = score;
    }
  }
  const similarity = scores[0] as number;
  return { rows, columns, padded: Boolean(imageProcessor.pad_to_square), values: scores.slice(1).map((score) => similarity - score), similarity };
}

const escapeXml = (text: string): string => text.replace(/[&<>"]/gu, (character) => `&#${character.codePointAt(0)};`);

/** The picture with each patch tinted: orange where the text has support, blue where the patch speaks against it; the strongest has 60 % of the ink. */
export async function similarityMapSvg({ map, image, title, size = 336 }: { map: SimilarityMap; image: string; title: string; size?: number }): Promise<string> {
  const { rows, columns, values } = map;
  const picture = (await readFile(image)).toString("base64");
  const type = image.toLowerCase().endsWith(".png") ? "png" : "jpeg";
  const strongest = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const [width, height] = [size / columns, size / rows];
  const cells = Array.from(values, (value, index) => {
    const opacity = (0.6 * Math.abs(value)) / strongest;
    if (opacity < 0.02) return "";
    const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
    return `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}" fill="${value > 0 ? "#e8590c" : "#1c7ed6"}" fill-opacity="${opacity.toFixed(3)}"/>`;
  }).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size + 28}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${size}" height="${size + 28}" fill="#fff"/>`,
    `<image href="data:image/${type};base64,${picture}" width="${size}" height="${size}" preserveAspectRatio="${map.padded ? "xMidYMid meet" : "none"}"/>`,
    cells,
    `<text x="4" y="${size + 19}" font-family="sans-serif" font-size="13" fill="#222">${escapeXml(title)}</text>`,
    "</svg>\n",
  ].join("\n");
}
