import type { PublishedRow } from "./template.js";

const row = (name: string, ...values: (number | null)[]): PublishedRow => ({ name, values });

/** GeoQA, MathVista GEO and ALG, We-Math S2 and S3, MM-Math easy, medium, hard and average. */
export const mainResults: PublishedRow[] = [
  row("GPT-4o", 58.9, 62.7, 65.4, 58, 43.6, 45.8, 30, 10.9, 31.8),
  row("Qwen2.5-VL-7B", 59, 67.7, 66.9, 58.1, 50.6, 50.7, 32.2, 14.2, 34.8),
  row("MMGeoLM-MAmmoTH2-7B", 68.5, 68.7, 69.5, 41.5, 37.5, 52.5, 32.4, 4.5, 36.9),
  row("MMGeoLM-MAmmoTH2-7B, encoder in-batch only", 55.4, 52.2, 51.3, 34.1, 35.3, 42.5, 21.8, 4.5, 26.8),
  row("MMGeoLM-MAmmoTH2-7B, encoder untrained", 46.7, 45.8, 46.8, 30.1, 29.2, 38.2, 20.4, 1.6, 25.9),
  row("MMGeoLM-Qwen2.5-7B", 69.2, 69.8, 68.1, 39.8, 36.4, 55.3, 36.9, 9, 39.2),
  row("MMGeoLM-Qwen2.5-7B, encoder in-batch only", 56.3, 54.1, 50.3, 35.2, 35.1, 50.5, 28.8, 4.5, 34.3),
  row("MMGeoLM-Qwen2.5-7B, encoder untrained", 50.7, 47.6, 48.9, 33.1, 32.7, 52.5, 30.8, 4.5, 33.7),
];

/** GeoQA, MM-Math easy, medium, hard and average. */
export const ablations: PublishedRow[] = [
  row("encoder untrained", 45.4, 40.5, 20.8, 4.5, 23.8),
  row("random in-batch, 400K", 45, 39.8, 22.7, 4.5, 24.9),
  row("retrieval, 10, 100K", 53, 43.6, 24.8, 4.5, 26.6),
  row("rule, 10, 100K", 48.8, 45.4, 27.6, 4.5, 28.1),
  row("image, 10, 4K", 54.9, 45.6, 26.5, 4.5, 29),
  row("retrieval and rule, 200K", 56.5, 47.5, 28.3, 4.5, 29.4),
  row("all three, 204K", 58.2, 49.8, 29.1, 4.5, 30.4),
];

/** GeoQA and MM-Math average. */
export const constructions: PublishedRow[] = [
  row("images by code, 4K", 54.9, 29),
  row("images by hand templates, 100K", 52.9, 28.3),
  row("with numbers on the drawing", 54.9, 29),
  row("without numbers on the drawing", 51.7, 28.6),
  row("in-batch, random", 46.2, 25.5),
  row("in-batch, one image's negatives", 57.3, 32.1),
];

/** MM-Math average as it is, rotated by 30 degrees, halved; the paper tries no other variant. */
export const robustness: PublishedRow[] = [
  row("trained on text negatives, MM-Math", 31.9, 31, 28.4, null, null, null, null, null),
  row("trained on image negatives, MM-Math", 29, 29, 28.7, null, null, null, null, null),
];

/** Hit@1 on the sets of random, retrieval, rule and image negatives; the paper gives one figure in words, the others in a plot. */
export const encoders: PublishedRow[] = [row("Image", null, null, null, 23)];
