import { InputError, type Scene } from "@mmgeo/dataset";
import { measure } from "../check/measure.js";
import { LanguageModelError } from "../language-model/language-model-error.js";
import type { Message } from "../language-model/endpoint.js";
import type { LanguageModel } from "../language-model/language-model.js";
import { constantValue } from "../language/constant.js";
import { formatStatement } from "../language/format.js";
import { parseExpression } from "../language/parse.js";
import { namesOf } from "../language/points.js";
import { repairStatement } from "../language/repair.js";
import type { Statement } from "../language/statement.js";
import { solve } from "../solve/solve.js";
import { programPrompt, programSchema, repairPrompt } from "./prompts.js";
import type { TextQuestion } from "./question-file.js";

/** A program goes back to the model so often, as in the paper, where it is once. */
const MAX_REPAIRS = 2;
/** A measured goal agrees with the published answer within this share. */
const ANSWER_TOLERANCE = 1e-3;

export interface ProvenProgram {
  /** Statements that hold on the drawing. */
  statements: Statement[];
  goal: Statement | null;
  scene: Scene;
  notes: string[];
}

export type ProgramOfQuestion = { ok: true; program: ProvenProgram } | { ok: false; /** the last problem, after all repairs */ reason: string };

/** Asks for the program of a question until one can be read, drawn and proven; problems go back to the model, twice at most. */
export async function programOfQuestion({ question, model, seed }: { question: TextQuestion; model: LanguageModel; seed: number }): Promise<ProgramOfQuestion> {
  let messages: Message[] = programPrompt(question);
  let problem = "";
  for (let repairs = 0; repairs <= MAX_REPAIRS; repairs += 1) {
    try {
      const { value, text } = await model.ask({ messages, schema: programSchema, name: "program" });
      const proven = proveProgram({ lines: value.program, question, seed });
      if (proven.ok) return { ok: true, program: { ...proven.program, notes: [...proven.program.notes, ...(repairs === 0 ? [] : [`the model corrected its program ${repairs === 1 ? "once" : "twice"}`])] } };
      problem = proven.problem;
      messages = [...messages, { role: "assistant", content: text }, repairPrompt(problem)];
    } catch (error) {
      if (!LanguageModelError.isInstance(error)) throw error;
      return { ok: false, reason: `${error.failure}: ${error.message}` };
    }
  }
  return { ok: false, reason: `no program after ${MAX_REPAIRS} repairs: ${problem}` };
}

/** Reads, solves and checks a program; the problem is said so that its author can put it right. */
export function proveProgram({ lines, question, seed }: { lines: readonly string[]; question: Pick<TextQuestion, "answer">; seed: number }): { ok: true; program: ProvenProgram } | { ok: false; problem: string } {
  const statements: Statement[] = [];
  const notes: string[] = [];
  for (const [index, line] of lines.flatMap((text) => text.split("\n")).entries()) {
    if (line.trim() === "") continue;
    try {
      const { statement, repairs } = repairStatement(line.trim(), { line: index + 1 });
      statements.push(statement);
      notes.push(...repairs);
    } catch (error) {
      if (!InputError.isInstance(error)) throw error;
      return { ok: false, problem: `${error.message} in ${line.trim()}` };
    }
  }
  const goal = statements.find(({ kind }) => kind === "value") ?? null;
  const claims = statements.filter(({ kind }) => kind !== "value" && kind !== "mark");
  if (namesOf(claims).points.length === 0) return { ok: false, problem: "it names no points; write how the figure is put together, such as Shape(AB,BC,CA)" };
  const solved = solve({ statements: goal === null ? claims : [...claims, goal], seed });
  if (!solved.ok) return { ok: false, problem: solved.reason.message };
  const published = answerValue(question.answer);
  if (published !== null) {
    if (goal?.kind !== "value") return { ok: false, problem: "its last line has to be Value(…), what the question asks for" };
    const measured = measure(goal.expression, solved.scene);
    if (measured === null) return { ok: false, problem: `${formatStatement(goal)} names something that the figure does not have` };
    if (Math.abs(measured - published) > ANSWER_TOLERANCE * Math.max(Math.abs(published), 1e-9)) return { ok: false, problem: `on its drawing ${formatStatement(goal)} measures ${Number(measured.toPrecision(6))}, and the answer is ${question.answer}; a statement is missing or wrong` };
  }
  return { ok: true, program: { statements: solved.statements, goal, scene: solved.scene, notes: [...notes, ...solved.notes] } };
}

/** The number an answer states, or null: `6`, `60°`, `3*sqrt(3)/2`. */
function answerValue(answer: string): number | null {
  try {
    return constantValue(parseExpression(answer.trim().replace(/\s*(°|degrees)$/, "")));
  } catch (error) {
    if (!InputError.isInstance(error)) throw error;
    return null;
  }
}
