import { InputError } from "@mmgeo/dataset";
import type { Benchmark, RecordedEntry } from "./benchmarks/benchmark.js";
import { checksumOf } from "./benchmarks/files.js";
import type { EvaluationQuestion } from "./question.js";
import { promptVersion } from "./question.js";
import { idOfEntry, readRecorded, textOfEntry } from "./recorded.js";
import { scoreResponses, type JudgedAnswer, type Response, type Score } from "./score.js";

/** A score with where it came from. */
export interface FileScore extends Score {
  /** of the questions: prompts, choices and gold answers */
  checksum: string;
  promptVersion: string;
  /** "responses" where no folder was given and the questions are those that the file carries: there may be more in the benchmark */
  questionsFrom: "data" | "responses";
  /** whether the file's last line was cut off */
  cut: boolean;
  /** questions on which the authors' scorer and our strict reading disagree */
  disagreements: { id: string; official: boolean; strict: JudgedAnswer["outcome"]; extracted: string | null }[];
  /** what only this benchmark has, such as We-Math's diagnosis */
  more: Record<string, unknown>;
}

async function questionsFor({ benchmark, folder, entries, seed, file }: { benchmark: Benchmark; folder: string | null; entries: readonly RecordedEntry[]; seed: number; file: string }): Promise<EvaluationQuestion[]> {
  if (folder !== null) return benchmark.load(folder, { seed });
  const { questionOf } = benchmark;
  if (questionOf === undefined) throw new InputError({ message: `the responses do not carry the questions of ${benchmark.title}; give its folder`, file, field: "--data" });
  const questions = new Map<string, EvaluationQuestion>();
  for (const entry of entries) {
    try {
      const question = questionOf(entry);
      questions.set(question.id, question);
    } catch (error) {
      if (InputError.isInstance(error)) throw new InputError({ message: `${error.message} (or give the benchmark's folder with --data)`, file, line: null, cause: error });
      throw error;
    }
  }
  return [...questions.values()];
}

/** The authors' verdict on every question: by its last entry; a question without one is wrong. Null where the scorer applies to no entry. */
function officialVerdicts(benchmark: Benchmark, questions: readonly EvaluationQuestion[], entryOf: ReadonlyMap<string, RecordedEntry>): Map<string, boolean> | null {
  const { official } = benchmark;
  if (official === undefined) return null;
  const verdicts = new Map<string, boolean>();
  let applies = false;
  for (const question of questions) {
    const entry = entryOf.get(question.id);
    const verdict = entry === undefined ? null : official(question, entry);
    applies ||= verdict !== null;
    verdicts.set(question.id, verdict === true);
  }
  return applies ? verdicts : null;
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
}: {
  benchmark: Benchmark;
  folder: string | null;
  file: string;
  strict?: boolean;
  seed?: number;
}): Promise<{ score: FileScore; answers: JudgedAnswer[]; questions: EvaluationQuestion[] }> {
  const { entries, cut } = await readRecorded(file);
  if (cut && strict) throw new InputError({ message: "the last line is cut off; remove it, or score without --strict", file });
  const asked = await questionsFor({ benchmark, folder, entries, seed, file });
  const responses: Response[] = [];
  const entryOf = new Map<string, RecordedEntry>();
  const aligned = benchmark.align?.(asked, entries) ?? null;
  for (const [index, entry] of entries.entries()) {
    const id = aligned?.[index] ?? idOfEntry(entry, benchmark);
    if (id === null) throw new InputError({ message: "the response does not say which question it answers; give it an id", file, line: entry.line, field: "id" });
    responses.push({ id, response: textOfEntry(entry) ?? "" });
    entryOf.set(id, entry);
  }
  const questions = asked.map((question): EvaluationQuestion => {
    const entry = entryOf.get(question.id);
    const categories = entry === undefined ? null : (benchmark.categoriesOf?.(entry) ?? null);
    return categories === null ? question : { ...question, categories };
  });
  const { score, answers } = scoreResponses({ benchmark: benchmark.name, questions, responses, strict });
  const verdicts = officialVerdicts(benchmark, questions, entryOf);
  const officialShare = (some: readonly JudgedAnswer[]) => some.filter(({ id }) => verdicts?.get(id) === true).length / some.length;
  const byCategory = Object.fromEntries(
    Object.entries(score.byCategory).map(([category, one]) => {
      if (verdicts === null) return [category, one];
      return [category, { ...one, official: { accuracy: officialShare(answers.filter(({ categories }) => categories.includes(category))) } }];
    }),
  );
  const disagreements = answers.flatMap(({ id, outcome, extracted }) => {
    const verdict = verdicts?.get(id);
    return verdict === undefined || verdict === (outcome === "right") ? [] : [{ id, official: verdict, strict: outcome, extracted }];
  });
  return {
    score: {
      ...score,
      official: verdicts === null ? null : { accuracy: officialShare(answers) },
      byCategory,
      checksum: checksumOf(questions),
      promptVersion,
      questionsFrom: folder === null ? "responses" : "data",
      cut,
      disagreements,
      more: benchmark.more?.(answers) ?? {},
    },
    answers,
    questions,
  };
}
