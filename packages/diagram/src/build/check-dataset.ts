import { stat } from "node:fs/promises";
import { type DiagramRecord, imageFileOf, imagesOf, readRecords, type Scene } from "@mmgeo/dataset";
import { checkStatement } from "../check/check.js";
import { parseProgram, parseStatement } from "../language/parse.js";

export interface DatasetCheck {
  records: number;
  images: number;
  /** Claims proven again: those of records, of image negatives, and the lines of every program. */
  claims: number;
  falseClaims: number;
  wrong: { id: string; /** of the record's negatives, from 1; 0 for the record itself */ negative: number; statement: string; problem: string }[];
}

/**
 * Proves every claim and every false claim of a dataset again: a record's claims on its scene, an image negative's
 * claims and program on its own scene, false claims on the scene they are said of; that every negative has one; and that
 * every image is there.
 */
export async function checkDataset(folder: string): Promise<DatasetCheck> {
  const check: DatasetCheck = { records: 0, images: 0, claims: 0, falseClaims: 0, wrong: [] };
  for await (const record of readRecords(folder)) {
    check.records += 1;
    checkRecord(record, check);
    for (const image of imagesOf(record)) {
      check.images += 1;
      const found = await stat(imageFileOf(folder, image)).catch(() => null);
      if (found === null || found.size === 0) check.wrong.push({ id: record.id, negative: 0, statement: image, problem: "the image is missing" });
    }
  }
  return check;
}

/** The same for one record, its images aside. */
export function checkRecord(record: DiagramRecord, check: DatasetCheck): void {
  const judge = (negative: number, statement: string, scene: Scene, wanted: "true" | "false"): void => {
    if (wanted === "true") check.claims += 1;
    else check.falseClaims += 1;
    const fail = (problem: string): void => void check.wrong.push({ id: record.id, negative, statement, problem });
    try {
      const { verdict, reason } = checkStatement(parseStatement(statement), scene, { reading: "english" });
      if (verdict !== wanted) fail(`should be ${wanted}, is ${verdict}${reason === undefined ? "" : `: ${reason}`}`);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  const program = (negative: number, text: string, scene: Scene): void => {
    try {
      for (const line of parseProgram(text).lines) {
        check.claims += 1;
        if (line.statement.kind === "value") continue;
        const { verdict } = checkStatement(line.statement, scene);
        if (verdict !== "true") check.wrong.push({ id: record.id, negative, statement: line.text, problem: `a line of the program is ${verdict}` });
      }
    } catch (error) {
      check.wrong.push({ id: record.id, negative, statement: "program", problem: error instanceof Error ? error.message : String(error) });
    }
  };
  program(0, record.program, record.scene);
  for (const claim of record.claims) judge(0, claim, record.scene, "true");
  for (const [index, negative] of record.negatives.entries()) {
    const place = index + 1;
    if (negative.falseClaims.length === 0) check.wrong.push({ id: record.id, negative: place, statement: negative.caption, problem: "has no claim that is false of the picture" });
    if (negative.kind === "image") {
      program(place, negative.program, negative.scene);
      for (const claim of negative.claims) judge(place, claim, negative.scene, "true");
      for (const claim of negative.falseClaims) {
        judge(place, claim, negative.scene, "false");
        if (!record.claims.includes(claim)) check.wrong.push({ id: record.id, negative: place, statement: claim, problem: "is no claim of the record" });
      }
    } else {
      for (const claim of negative.falseClaims) {
        judge(place, claim, record.scene, "false");
        if (negative.kind === "rule" && !negative.claims.includes(claim)) check.wrong.push({ id: record.id, negative: place, statement: claim, problem: "is no claim of the negative caption" });
      }
    }
  }
}
