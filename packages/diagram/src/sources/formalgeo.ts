import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import type { Problem } from "../problem.js";

/** The largest published problem has 40 kB. */
const MAX_FILE_BYTES = 4_000_000;

const statements = z.array(z.string().max(2000)).max(1000);

/** `problems/N.json` of the FormalGeo7k release; what the figure does not need (theorem sequences) is left unread. */
const problemSchema = z.object({
  problem_id: z.number().int().nonnegative(),
  problem_text_en: z.string().default(""),
  construction_cdl: statements,
  text_cdl: statements,
  image_cdl: statements.default([]),
  goal_cdl: z.string().optional(),
  problem_answer: z.string().optional(),
});

export interface ReadFormalGeoOptions {
  /** Problem numbers, `5763` or `formalgeo-5763`; all when absent. */
  ids?: readonly (string | number)[];
  /** At most this many problems, in the order of their numbers. */
  limit?: number;
}

/**
 * Reads FormalGeo's published layout: a folder with `problems/N.json`, or that inner folder itself. Problems come in
 * the order of their numbers. Throws an InputError for a folder or file that is not what it has to be.
 */
export async function* readFormalGeo(directory: string, { ids, limit = Number.POSITIVE_INFINITY }: ReadFormalGeoOptions = {}): AsyncIterable<Problem> {
  const folder = await problemFolder(directory);
  const available = (await readdir(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);
  if (available.length === 0) throw new InputError({ file: folder, message: "holds no problem files named N.json; give the folder of FormalGeo7k" });
  const wanted = ids === undefined ? available : ids.map((id) => problemNumber(id, new Set(available), folder));
  let count = 0;
  for (const number of wanted) {
    if (count >= limit) return;
    count += 1;
    yield await readProblem(join(folder, `${number}.json`));
  }
}

async function problemFolder(directory: string): Promise<string> {
  for (const folder of [join(directory, "problems"), directory]) {
    try {
      if ((await stat(folder)).isDirectory()) return folder;
    } catch {
      // the next candidate, or the error below
    }
  }
  throw new InputError({ file: directory, message: "no such folder; give the folder that holds FormalGeo's problems/" });
}

function problemNumber(id: string | number, available: ReadonlySet<number>, folder: string): number {
  const number = Number(String(id).replace(/^formalgeo-/, ""));
  if (!available.has(number)) throw new InputError({ file: folder, message: `has no problem ${JSON.stringify(String(id))}; ids are numbers such as 5763` });
  return number;
}

async function readProblem(file: string): Promise<Problem> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new InputError({ file, message: `has ${size} bytes, a problem has at most ${MAX_FILE_BYTES}` });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new InputError({ file, message: "is not JSON; download it again", cause });
  }
  const parsed = problemSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError({ file, field: issue?.path.join(".") ?? null, message: `${issue?.message ?? "is not a problem"}; FormalGeo's problem layout is expected` });
  }
  const problem = parsed.data;
  return {
    id: `formalgeo-${problem.problem_id}`,
    construction: problem.construction_cdl,
    text: problem.text_cdl,
    image: problem.image_cdl,
    question: {
      text: problem.problem_text_en,
      choices: null,
      answer: problem.problem_answer ?? "",
      goal: problem.goal_cdl ?? null,
    },
    source: `FormalGeo7k/${problem.problem_id}`,
    licence: "MIT",
  };
}
