import type { BuildInput } from "../build/build-task.js";
import { claimsOf } from "../build/claims.js";
import { composeScene } from "../draw/compose.js";
import type { LanguageModel } from "../language-model/language-model.js";
import { formatStatement } from "../language/format.js";
import type { Statement } from "../language/statement.js";
import { vocabulary } from "../language/vocabulary.js";
import { seedOf } from "../seeded-random.js";
import { programOfQuestion } from "./program-of-question.js";
import type { TextQuestion } from "./question-file.js";
import { captionByModel, type Dropped, editsByModel } from "./written-work.js";

/** Who writes a part: the language model, each piece proven, or our rules. */
export type Author = "model" | "rule";

export interface ProblemsOfQuestionsOptions {
  questions: AsyncIterable<TextQuestion> | Iterable<TextQuestion>;
  model: LanguageModel;
  seed: number;
  /** @default "model" */
  captions?: Author;
  /** Who proposes the edits of negatives; rules make up what is missing. @default "model" */
  edits?: Author;
  /** Edits asked for. @default 10 */
  negatives?: number;
  /** Questions under way at a time; the client's own limit holds beside it. @default 8 */
  ahead?: number;
  /** Name of the source in the records: the file's name. */
  source: string;
}

/**
 * Questions as problems to build: program, caption and edits by a language model, each proven, or left out with the
 * reason. A question without a usable program comes out as a problem that says why. In the order of the questions.
 */
export async function* problemsOfQuestions({ questions, ahead = 8, ...options }: ProblemsOfQuestionsOptions): AsyncIterable<BuildInput> {
  const waiting: Promise<BuildInput>[] = [];
  for await (const question of questions) {
    const work = problemOfQuestion(question, options);
    // A failure is thrown when its turn comes, not as an unhandled rejection before.
    work.catch(() => undefined);
    waiting.push(work);
    if (waiting.length >= ahead) yield await (waiting.shift() as Promise<BuildInput>);
  }
  for (const work of waiting) yield await work;
}

async function problemOfQuestion(question: TextQuestion, { model, seed, captions = "model", edits = "model", negatives = 10, source }: Omit<ProblemsOfQuestionsOptions, "questions" | "ahead">): Promise<BuildInput> {
  const problem: BuildInput = { id: question.id, construction: [], text: [], image: [], question: { text: question.text, choices: question.choices, answer: question.answer, goal: null }, source: `${source}/${question.id}`, licence: null };
  const result = await programOfQuestion({ question, model, seed: seedOf(question.id, seed) });
  if (!result.ok) return { ...problem, unreadable: result.reason };
  const { program } = result;
  const isConstruction = (statement: Statement): boolean => statement.kind === "relation" && vocabulary.get(statement.name)?.kind === "construction";
  const construction = program.statements.filter(isConstruction);
  const stated = program.statements.filter((statement) => !isConstruction(statement));
  const claims = claimsOf({ construction, stated, scene: program.scene });
  const caption = captions === "rule" ? null : await captionByModel({ claims, scene: program.scene, model });
  const changes = edits === "rule" || negatives === 0 ? null : await editsByModel({ claims: claims.filter((claim) => stated.includes(claim)), statements: program.statements, count: negatives, model });
  return {
    ...problem,
    construction: construction.map(formatStatement),
    text: stated.map(formatStatement),
    question: { text: question.text, choices: question.choices, answer: question.answer, goal: program.goal === null ? null : formatStatement(program.goal) },
    start: composeScene(program.scene, program.statements),
    written: {
      model: model.model,
      sentences: Object.fromEntries(caption?.sentences ?? []),
      edits: (changes?.edits ?? []).map((edit) => ({ class: edit.class, from: formatStatement(edit.from), to: formatStatement(edit.to) })),
      notes: [...program.notes, ...(caption?.dropped ?? []).map(said), ...(changes?.dropped ?? []).map(said)],
    },
  };
}

const said = ({ text, reason }: Dropped): string => `left out ${JSON.stringify(text)} of the model: ${reason}`;
