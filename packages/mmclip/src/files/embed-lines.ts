import { dirname, isAbsolute, join } from "node:path";
import { InputError, readJsonLines, writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";
import { encodeImages, type EncodeOptions, encodeTexts } from "../model/encode.js";

const lineSchema = z.looseObject({ id: z.string().optional(), image: z.string().optional(), caption: z.string().optional() });

/** `mmgeo mmclip embed --in`: lines with `caption`, `image` (a path beside the file) or both get `textEmbedding` and `imageEmbedding`. */
export async function embedLines({ input, output, ...options }: EncodeOptions & { input: string; output: string }): Promise<{ images: number; texts: number }> {
  const lines: z.infer<typeof lineSchema>[] = [];
  for await (const { line, value } of readJsonLines({ file: input, schema: lineSchema })) {
    if (value.image === undefined && value.caption === undefined) throw new InputError({ message: "has neither an image nor a caption", file: input, line });
    lines.push(value);
  }
  const folder = dirname(input);
  const images = lines.flatMap(({ image }) => (image === undefined ? [] : [isAbsolute(image) ? image : join(folder, image)]));
  const texts = lines.flatMap(({ caption }) => (caption === undefined ? [] : [caption]));
  const imageRows = images.length === 0 ? null : await encodeImages({ ...options, images });
  const textRows = texts.length === 0 ? null : await encodeTexts({ ...options, texts });
  const rowOf = (matrix: typeof imageRows, row: number): number[] => (matrix === null ? [] : Array.from(matrix.data.subarray(row * matrix.size, (row + 1) * matrix.size)));
  let [imageRow, textRow] = [0, 0];
  const written = lines.map((line) => {
    const embedded = {
      ...(line.image === undefined ? {} : { imageEmbedding: rowOf(imageRows, imageRow++) }),
      ...(line.caption === undefined ? {} : { textEmbedding: rowOf(textRows, textRow++) }),
    };
    return `${JSON.stringify({ ...line, ...embedded })}\n`;
  });
  await writeFileAtomic(output, written);
  return { images: images.length, texts: texts.length };
}
