import { InputError, isTextSample, jsonStyleOf, paperImageSampleOf, paperTextSampleOf, pythonStyle, readPaperSamples, writePaperSamples, type PaperSample, type PaperTextSample } from "@mmgeo/dataset";
import { readInputLines, type InputLine } from "./caption-lines.js";

function textSampleOf(entry: InputLine): PaperTextSample | null {
  if (entry.kind === "record") return paperTextSampleOf(entry.record);
  const { image, caption, negatives = [] } = entry.caption;
  if (image === undefined || negatives.length === 0) return null;
  return {
    positive_image_path: image,
    negative_captions: negatives.map((negative) => negative.caption),
    conversations: [
      { from: "human", value: "<image>\nDescribe the geometric diagram." },
      { from: "gpt", value: caption },
    ],
  };
}

/**
 * Writes one of the paper's two JSON forms (section 3): from a dataset folder, records or lines with negatives, each that has an image and negatives of the
 * form; or from a file in that form already, byte for byte the same where its layout is one of the usual ones.
 *
 * @returns how many samples were written, and how many entries have none of the form
 */
export async function writePaperForm({ path, form, output }: { path: string; form: "text" | "image"; output: string }): Promise<{ written: number; without: number }> {
  const counts = { written: 0, without: 0 };
  const isPaper = path.endsWith(".json");
  async function* samples(): AsyncIterable<PaperSample> {
    if (isPaper) {
      for await (const sample of readPaperSamples(path)) {
        if (isTextSample(sample) !== (form === "text")) throw new InputError({ message: `holds samples of the other form; ask for ${form === "text" ? "image" : "text"}`, file: path });
        counts.written += 1;
        yield sample;
      }
      return;
    }
    for await (const entry of readInputLines(path)) {
      const sample = form === "text" ? textSampleOf(entry) : entry.kind === "record" ? paperImageSampleOf(entry.record) : null;
      if (sample === null) counts.without += 1;
      else {
        counts.written += 1;
        yield sample;
      }
    }
  }
  await writePaperSamples({ file: output, samples: samples(), style: isPaper ? await jsonStyleOf(path) : pythonStyle });
  return counts;
}
