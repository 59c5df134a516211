import { dirname, isAbsolute, join } from "node:path";
import { imageFileOf, readJsonLines, recordSchema, recordsFileOf } from "@mmgeo/dataset";
import type { ContaminationCheck } from "@mmgeo/evaluation";
import { embeddingSearch, findContamination, sampleOfRecord, type ContaminationSample } from "@mmgeo/negatives";
import { z } from "zod";

/** A training sample that is no record: its question or caption, and its picture. */
const plainSchema = z.object({ id: z.union([z.string(), z.number()]), question: z.string().optional(), text: z.string().optional(), caption: z.string().optional(), image: z.string().optional() });

async function trainingSamples(path: string): Promise<ContaminationSample[]> {
  const file = await recordsFileOf(path);
  const folder = dirname(file);
  const samples: ContaminationSample[] = [];
  for await (const { value } of readJsonLines({ file, schema: z.union([recordSchema, plainSchema]) })) {
    if ("program" in value) samples.push(sampleOfRecord(value, imageFileOf(folder, value.image)));
    else {
      const { id, question, text, caption, image } = value;
      samples.push({ id: String(id), text: question ?? text ?? caption ?? "", image: image === undefined ? null : isAbsolute(image) ? image : join(folder, image) });
    }
  }
  return samples;
}

/** Compares a benchmark's questions with training data as `negatives contaminate` compares training data with test questions. */
export function contaminationCheck({ train, threshold, embedder }: { train: string; threshold: number; embedder: string | null }): ContaminationCheck {
  return async (questions) => {
    const samples = await trainingSamples(train);
    // The other way round: each question once, with the training sample that it meets.
    const found = await findContamination({
      train: questions.map(({ id, text, image }) => ({ id, text, image })),
      test: samples,
      threshold,
      ...(embedder === null ? {} : { searchOf: (texts: string[]) => embeddingSearch({ embedder, texts }) }),
    });
    return { train: samples.length, found: found.map(({ id, test, kind, similarity }) => ({ question: id, train: test, kind, similarity })) };
  };
}
