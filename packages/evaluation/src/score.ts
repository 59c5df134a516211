import { InputError } from "@mmgeo/dataset";
import { judge, type Judgement } from "./judge.js";
import type { EvaluationQuestion } from "./question.js";
import { bootstrapInterval } from "./statistics/bootstrap.js";
import { wilsonInterval, type Interval } from "./statistics/wilson.js";

/** One response to one question. */
export interface Response {
  id: string;
  response: string;
}

/** A question with what was answered and how it was judged. */
export interface JudgedAnswer extends Judgement {
  id: string;
  response: string | null;
  gold: string;
  categories: string[];
  group: string;
}

export interface CategoryScore {
  n: number;
  unreadable: number;
  accuracy: number;
  interval: Interval;
  /** by the authors' own scorer, where there is one */
  official?: OfficialAccuracy;
  /** with a language model's verdicts where one was asked */
  judged?: { accuracy: number; interval: Interval; rate: number };
}

/** An accuracy by the authors' own scorer, with the interval that belongs to it. */
export interface OfficialAccuracy {
  accuracy: number;
  interval: Interval;
}

/** What is wrong with the responses as a file; each count is 0 for a file that fits. */
export interface ResponseProblems {
  /** questions without a response: they count as wrong */
  missing: string[];
  /** ids with more than one response: the last one counts */
  doubled: string[];
  /** responses to questions that the benchmark does not have: they count for nothing */
  unknown: string[];
  /** responses without text: they count as unreadable */
  empty: string[];
}

/** The score of a benchmark. Accuracies are fractions over all its questions, whatever was answered. */
export interface Score {
  benchmark: string;
  /** questions of the benchmark */
  n: number;
  /** questions with a response */
  answered: number;
  /** responses from which no answer can be read */
  unreadable: number;
  accuracy: number;
  /** 95 %; Wilson's where every question stands alone, a bootstrap over groups where they share pictures */
  interval: Interval;
  /** by the authors' own scorer; null where it does not apply. `undecided`: left by it to a person or a language model */
  official: (OfficialAccuracy & { undecided: number }) | null;
  byCategory: Record<string, CategoryScore>;
  /** accuracy of choosing blindly, and of always choosing the most frequent label; null for open answers */
  chance: number | null;
  majority: number | null;
  problems: ResponseProblems;
}

export interface ScoredBenchmark {
  score: Score;
  answers: JudgedAnswer[];
}

/** The 95 % interval of a share of answers: Wilson's where every question stands alone, else a bootstrap over groups. */
export function intervalOf<Answer extends { group: string }>(answers: readonly Answer[], isRight: (answer: Answer) => boolean): Interval {
  const groups = answers.map(({ group }) => group);
  const right = answers.map((answer) => Number(isRight(answer)));
  if (new Set(groups).size === groups.length) return wilsonInterval({ successes: right.reduce((sum, value) => sum + value, 0), total: right.length });
  return bootstrapInterval({ values: right, groups, seed: 1 });
}

const share = (answers: readonly JudgedAnswer[], outcome: Judgement["outcome"]): number => answers.filter((answer) => answer.outcome === outcome).length;

function categoryScore(answers: readonly JudgedAnswer[]): CategoryScore {
  return { n: answers.length, unreadable: share(answers, "unreadable"), accuracy: answers.length === 0 ? 0 : share(answers, "right") / answers.length, interval: intervalOf(answers, ({ outcome }) => outcome === "right") };
}

/** Blind baselines: the mean of 1 / choices, and the share of the most frequent gold label. */
function baselines(questions: readonly EvaluationQuestion[]): { chance: number | null; majority: number | null } {
  if (questions.length === 0 || questions.some(({ choices }) => choices === null)) return { chance: null, majority: null };
  const counts = new Map<string, number>();
  for (const { gold } of questions) counts.set(gold, (counts.get(gold) ?? 0) + 1);
  const chance = questions.reduce((sum, { choices }) => sum + 1 / (choices?.length ?? 1), 0) / questions.length;
  return { chance, majority: Math.max(...counts.values()) / questions.length };
}

function problemsOf(questions: readonly EvaluationQuestion[], responses: readonly Response[]): { byId: Map<string, string>; problems: ResponseProblems } {
  const known = new Set(questions.map(({ id }) => id));
  const byId = new Map<string, string>();
  const doubled = new Set<string>();
  const unknown = new Set<string>();
  for (const { id, response } of responses) {
    if (!known.has(id)) unknown.add(id);
    else if (byId.has(id)) doubled.add(id);
    if (known.has(id)) byId.set(id, response);
  }
  const missing = questions.flatMap(({ id }) => (byId.has(id) ? [] : [id]));
  const empty = [...byId].flatMap(([id, response]) => (response.trim() === "" ? [id] : []));
  return { byId, problems: { missing, doubled: [...doubled], unknown: [...unknown], empty } };
}

/**
 * Judges responses against the questions of a benchmark. Every question counts: one without a response is wrong.
 *
 * @param strict makes missing, doubled, empty and unknown responses an `InputError`; they are counted and named otherwise
 */
export function scoreResponses({
  benchmark,
  questions,
  responses,
  strict = false,
  judge: judgeOne = judge,
}: {
  benchmark: string;
  questions: readonly EvaluationQuestion[];
  responses: readonly Response[];
  strict?: boolean;
  judge?: (question: EvaluationQuestion, response: string | undefined) => Judgement;
}): ScoredBenchmark {
  if (questions.length === 0) throw new InputError({ message: `the benchmark ${benchmark} has no questions; check its folder` });
  const { byId, problems } = problemsOf(questions, responses);
  for (const [kind, ids] of Object.entries(problems) as [string, string[]][]) {
    if (strict && ids.length > 0) throw new InputError({ message: `${ids.length} responses are ${kind} (${ids.slice(0, 5).join(", ")}); correct them, or score without --strict`, field: "responses" });
  }
  const answers = questions.map((question): JudgedAnswer => {
    const response = byId.get(question.id);
    return { id: question.id, response: response ?? null, gold: question.gold, categories: question.categories, group: question.group, ...judgeOne(question, response) };
  });
  const categories = [...new Set(questions.flatMap(({ categories }) => categories))].sort();
  const byCategory = Object.fromEntries(categories.map((category) => [category, categoryScore(answers.filter((answer) => answer.categories.includes(category)))]));
  const { n, unreadable, accuracy, interval } = categoryScore(answers);
  return { score: { benchmark, n, answered: byId.size, unreadable, accuracy, interval, official: null, byCategory, ...baselines(questions), problems }, answers };
}

/** The score of questions with choices, by their ids: the shortest way from responses to an accuracy. */
export function scoreChoices({ questions, responses, benchmark = "records" }: { questions: readonly EvaluationQuestion[]; responses: readonly Response[]; benchmark?: string }): Score {
  return scoreResponses({ benchmark, questions, responses }).score;
}
