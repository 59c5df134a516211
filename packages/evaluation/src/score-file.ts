import { InputError } from "@mmgeo/dataset";
import type { Benchmark, RecordedEntry } from "./benchmarks/benchmark.js";
import { checksumOf } from "./benchmarks/files.js";
import { ResponseCache } from "./cache.js";
import { checkedQuestions, contaminationReport, type ContaminationCheck, type ContaminationReport } from "./contamination.js";
import { judgeByModel, type JudgeReport } from "./model-judge.js";
import type { Model } from "./models/model.js";
import { officialScore, type Disagreement } from "./official.js";
import type { EvaluationQuestion } from "./question.js";
import { idOfEntry, textOfEntry } from "./recorded/entry.js";
import { readRecorded } from "./recorded/recorded.js";
import { scoreResponses, type JudgedAnswer, type Response, type Score } from "./score.js";

/** A score with where it came from. */
export interface FileScore extends Score {
  /** of the questions: prompts, choices and gold answers */
  checksum: string;
  promptVersion: string;
  /** "responses" where no folder was given, or none of its questions was answered: the questions are those that the file carries, and there may be more in the benchmark */
  questionsFrom: "data" | "responses";
  /** whether the file's end was cut off */
  cut: boolean;
  /** lines of the file that hold no response */
  broken: number[];
  /** questions on which the authors' scorer and our strict reading disagree */
  disagreements: Disagreement[];
  judge: JudgeReport | null;
  contamination: ContaminationReport | null;
  /** what only this benchmark has, such as We-Math's diagnosis */
  more: Record<string, unknown>;
}

function carriedQuestions(benchmark: Benchmark, entries: readonly RecordedEntry[], file: string): EvaluationQuestion[] {
  const { questionOf } = benchmark;
  if (questionOf === undefined) throw new InputError({ message: `the responses do not carry the questions of ${benchmark.title}; give its folder`, file, field: "--data" });
  const questions = new Map<string, EvaluationQuestion>();
  for (const entry of entries) {
    try {
      const question = questionOf(entry);
      questions.set(question.id, question);
    } catch (error) {
      if (InputError.isInstance(error)) throw new InputError({ message: `${error.message} (or give the benchmark's folder with --data)`, file, cause: error });
      throw error;
    }
  }
  return [...questions.values()];
}

/** The id that each entry answers. @throws {InputError} for an entry that does not say */
function idsOf({ benchmark, questions, entries, file }: { benchmark: Benchmark; questions: readonly EvaluationQuestion[]; entries: readonly RecordedEntry[]; file: string }): string[] {
  const aligned = benchmark.align?.(questions, entries) ?? null;
  return entries.map((entry, index) => {
    const id = aligned?.[index] ?? idOfEntry(entry, benchmark);
    if (id === null) throw new InputError({ message: "the response does not say which question it answers; give it an id", file, line: entry.line, field: "id" });
    return id;
  });
}

/** The questions of the folder; where none of them is answered and the entries carry their own, as a file of another split does, those. */
async function askedQuestions({ benchmark, folder, entries, seed, file }: { benchmark: Benchmark; folder: string | null; entries: readonly RecordedEntry[]; seed: number; file: string }): Promise<{ asked: EvaluationQuestion[]; ids: string[]; questionsFrom: FileScore["questionsFrom"] }> {
  const carried = (): { asked: EvaluationQuestion[]; ids: string[]; questionsFrom: FileScore["questionsFrom"] } => {
    const asked = carriedQuestions(benchmark, entries, file);
    return { asked, ids: idsOf({ benchmark, questions: asked, entries, file }), questionsFrom: "responses" };
  };
  if (folder === null) return carried();
  const asked = await benchmark.load(folder, { seed });
  const ids = idsOf({ benchmark, questions: asked, entries, file });
  const known = new Set(asked.map(({ id }) => id));
  if (entries.length === 0 || ids.some((id) => known.has(id))) return { asked, ids, questionsFrom: "data" };
  try {
    return carried();
  } catch (error) {
    if (InputError.isInstance(error)) return { asked, ids, questionsFrom: "data" };
    throw error;
  }
}

/**
 * Scores a file of recorded responses, in our layout or its authors'. The strict score reads the responses; the official one follows the authors' scorer
 * (and their own extraction, where a record carries one), guesses included.
 *
 * @param folder the benchmark's folder; null to take the questions from the responses, where they carry them
 */
export async function scoreFile({
  benchmark,
  folder,
  file,
  strict = false,
  seed = 1,
  contamination: check = null,
  judge = null,
}: {
  benchmark: Benchmark;
  folder: string | null;
  file: string;
  strict?: boolean;
  seed?: number;
  contamination?: ContaminationCheck | null;
  /** a language model for what the rules cannot decide, how many decided answers it judges again, and the file that keeps its replies */
  judge?: { model: Model; sample: number; cacheFile: string } | null;
}): Promise<{ score: FileScore; answers: JudgedAnswer[]; questions: EvaluationQuestion[] }> {
  const { entries, cut, broken } = await readRecorded(file);
  if (cut && strict) throw new InputError({ message: "the end of the file is cut off; write the responses again, or score without --strict", file });
  if (broken.length > 0 && strict) throw new InputError({ message: "is not a response; correct it, or score without --strict", file, line: broken[0] });
  const { asked, ids, questionsFrom } = await askedQuestions({ benchmark, folder, entries, seed, file });
  const responses: Response[] = [];
  const entryOf = new Map<string, RecordedEntry>();
  for (const [index, entry] of entries.entries()) {
    const id = ids[index] as string;
    responses.push({ id, response: textOfEntry(entry) ?? "" });
    entryOf.set(id, entry);
  }
  const questions = asked.map((question): EvaluationQuestion => {
    const entry = entryOf.get(question.id);
    return entry === undefined ? question : (benchmark.asAsked?.(question, entry) ?? question);
  });
  const met = await check?.(checkedQuestions(asked));
  const { score, answers } = scoreResponses({ benchmark: benchmark.name, questions, responses, strict });
  const official = officialScore({ benchmark, questions, entryOf, answers, byCategory: score.byCategory });
  const plain: Score = { ...score, official: official?.official ?? null, byCategory: official?.byCategory ?? score.byCategory };
  const judged = judge === null ? null : await judgedInFile({ judge, questions, score: plain, answers, seed });
  return {
    score: {
      ...plain,
      byCategory: judged?.byCategory ?? plain.byCategory,
      checksum: checksumOf(asked),
      promptVersion: benchmark.promptVersion,
      questionsFrom,
      cut,
      broken,
      disagreements: official?.disagreements ?? [],
      judge: judged?.report ?? null,
      contamination: met === undefined ? null : contaminationReport(met, answers),
      more: moreOf(benchmark, answers, official?.verdicts ?? null),
    },
    answers,
    questions,
  };
}

async function judgedInFile({ judge: { cacheFile, ...judge }, ...scored }: { judge: { model: Model; sample: number; cacheFile: string }; questions: readonly EvaluationQuestion[]; score: Score; answers: readonly JudgedAnswer[]; seed: number }): ReturnType<typeof judgeByModel> {
  const cache = await ResponseCache.open(cacheFile);
  try {
    return await judgeByModel({ ...judge, ...scored, cache });
  } finally {
    await cache.close();
  }
}

/** The benchmark's own figures from the strict reading, and from the authors' scorer beside them. */
function moreOf(benchmark: Benchmark, answers: readonly JudgedAnswer[], verdicts: ReadonlyMap<string, boolean> | null): Record<string, unknown> {
  const { more } = benchmark;
  if (more === undefined) return {};
  if (verdicts === null) return more(answers);
  return { ...more(answers), official: more(answers.map(({ id }) => ({ id, outcome: verdicts.get(id) === true ? "right" : "wrong" }))) };
}
