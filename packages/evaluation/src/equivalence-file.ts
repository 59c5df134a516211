import { readJsonLines } from "@mmgeo/dataset";
import { z } from "zod";
import { equivalent } from "./equivalence.js";

/** A right answer, a predicted one, and whether they are equal. */
export interface EquivalenceCase {
  gold: string;
  pred: string;
  expected: boolean;
  /** of the file, from 1 */
  line: number;
}

export interface EquivalenceReport {
  n: number;
  /** share of cases judged as expected */
  accuracy: number;
  wrong: { line: number; gold: string; pred: string; expected: 0 | 1; reason: string }[];
}

const verdict = z.union([z.literal(0), z.literal(1), z.boolean(), z.enum(["0", "1"]).transform(Number)]);
const text = z.union([z.string(), z.number().transform(String)]);
/** Our lines, and those of the two published suites: hendrycks/math's `a`, `b`, `equal`, and Math-Verify's, some of which say `result`. */
const lineSchema = z.union([
  z.object({ gold: text, pred: text, expected: verdict }),
  z.object({ gold: text, pred: text, result: verdict }).transform(({ gold, pred, result }) => ({ gold, pred, expected: result })),
  z.object({ a: text, b: text, equal: verdict }).transform(({ a, b, equal }) => ({ gold: a, pred: b, expected: equal })),
]);

/** Reads a JSON Lines file of `{"gold","pred","expected":0|1}`. @throws {InputError} naming the line that is none */
export async function readEquivalenceCases(file: string): Promise<EquivalenceCase[]> {
  const cases: EquivalenceCase[] = [];
  for await (const { line, value } of readJsonLines({ file, schema: lineSchema })) cases.push({ gold: value.gold, pred: value.pred, expected: Boolean(value.expected), line });
  return cases;
}

/** Judges cases and lists those that come out otherwise than expected. */
export function equivalenceReport(cases: readonly EquivalenceCase[]): EquivalenceReport {
  const wrong = cases.flatMap(({ gold, pred, expected, line }) => {
    const { equal, reason } = equivalent(gold, pred);
    return equal === expected ? [] : [{ line, gold, pred, expected: expected ? (1 as const) : (0 as const), reason }];
  });
  return { n: cases.length, accuracy: cases.length === 0 ? 0 : 1 - wrong.length / cases.length, wrong };
}
