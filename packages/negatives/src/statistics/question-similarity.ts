import { tf, useNativeBackend } from "@mmgeo/engine";
import { unitVectors } from "../retrieval/vector-search.js";

/** How close negatives come to the questions a model is trained on later (the paper's study of similarity, section 5): each by its largest cosine to any of them. */
export interface QuestionSimilarity {
  negatives: number;
  questions: number;
  /** shares of the negatives whose largest cosine is above 0.90 and above 0.85 */
  above90: number;
  above85: number;
  mean: number;
}

const rowsAtOnce = 512;

/** The largest cosine of each row of `vectors` to any row of `questions`; both row after row, `width` wide. */
export async function largestCosines({ vectors, questions, width }: { vectors: Float32Array; questions: Float32Array; width: number }): Promise<Float32Array> {
  const [unit, asked] = [unitVectors(vectors, width), unitVectors(questions, width)];
  const count = unit.length / width;
  const largest = new Float32Array(count);
  if (asked.length === 0 || count === 0) return largest;
  await useNativeBackend();
  const corpus = tf.tensor2d(asked, [asked.length / width, width]);
  for (let start = 0; start < count; start += rowsAtOnce) {
    const end = Math.min(count, start + rowsAtOnce);
    const best = tf.tidy(() => tf.matMul(tf.tensor2d(unit.subarray(start * width, end * width), [end - start, width]), corpus, false, true).max(1));
    largest.set((await best.data()) as Float32Array, start);
    best.dispose();
  }
  corpus.dispose();
  return largest;
}

/** Sums up the largest cosines. */
export function questionSimilarity(largest: Float32Array, questions: number): QuestionSimilarity {
  const share = (threshold: number): number => largest.filter((value) => value > threshold).length / Math.max(1, largest.length);
  return { negatives: largest.length, questions, above90: share(0.9), above85: share(0.85), mean: largest.reduce((sum, value) => sum + value, 0) / Math.max(1, largest.length) };
}
