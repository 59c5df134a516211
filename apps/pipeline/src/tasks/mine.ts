import { join } from "node:path";
import { recordSchema, writeFileAtomic, writeRecords, type DiagramRecord } from "@mmgeo/dataset";
import { checkRecord, type DatasetCheck } from "@mmgeo/diagram";
import { ruleNegatives } from "@mmgeo/negatives";
import { z } from "zod";
import { linesSchema, readLineRange } from "./lines.js";
import type { TaskContext } from "./task.js";

export const minePayload = z.object({ records: linesSchema, rule: z.number().int(), seed: z.number().int() });
export type MinePayload = z.infer<typeof minePayload>;

export const mineResultFile = "proof.json";
export const mineResult = z.object({ claims: z.number().int(), falseClaims: z.number().int(), wrong: z.array(z.object({ id: z.string(), statement: z.string(), problem: z.string() })) });

/** Adds rule-based negative captions to some records and proves every claim and every false claim of them again. */
export async function mineTask(payload: unknown, { store, folder }: TaskContext): Promise<void> {
  const { records, rule, seed } = minePayload.parse(payload);
  const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
  const mined: DiagramRecord[] = [];
  for (const value of await readLineRange({ store, range: records })) {
    const record = recordSchema.parse(value);
    const { negatives } = ruleNegatives({ record, count: rule, seed });
    const whole = { ...record, negatives: [...record.negatives.filter(({ kind }) => kind !== "retrieval"), ...negatives, ...record.negatives.filter(({ kind }) => kind === "retrieval")] };
    checkRecord(whole, check);
    mined.push(whole);
  }
  await writeRecords(folder, mined);
  const wrong = check.wrong.map(({ id, statement, problem }) => ({ id, statement, problem }));
  await writeFileAtomic(join(folder, mineResultFile), JSON.stringify({ claims: check.claims, falseClaims: check.falseClaims, wrong }));
}
