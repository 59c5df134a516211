import { readRecords } from "@mmgeo/dataset";
import { dirname } from "node:path";
import { questionsOf } from "../records/questions-of.js";
import type { Benchmark } from "./benchmark.js";

/** Our own records: four choices each, made from the answer where a record has none. */
export const records: Benchmark = {
  name: "records",
  title: "MMGeo records",
  promptVersion: "g-llava-1",
  async load(folder, { seed }) {
    const all = [];
    for await (const record of readRecords(folder)) all.push(record);
    const recordOf = new Map(all.map((record) => [record.id, record]));
    // The record itself, from which a caller can draw the figure again.
    return questionsOf(all, { seed, folder: folder.endsWith(".jsonl") ? dirname(folder) : folder }).questions.map((question) => ({ ...question, source: { record: recordOf.get(question.id) } }));
  },
};
