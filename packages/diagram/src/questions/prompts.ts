import { z } from "zod";
import type { Message } from "../language-model/endpoint.js";
import { type PredicateKind, vocabulary } from "../language/vocabulary.js";
import type { TextQuestion } from "./question-file.js";

/** A program, one statement an entry. */
export const programSchema = z.object({ program: z.array(z.string().max(300)).max(100) });
/** One sentence for each statement. */
export const captionSchema = z.object({ sentences: z.array(z.object({ statement: z.string().max(300), sentence: z.string().max(400) })).max(60) });
/** Changed statements. */
export const editsSchema = z.object({ edits: z.array(z.object({ class: z.enum(["order", "shape", "relation", "number"]), from: z.string().max(300), to: z.string().max(300) })).max(60) });

const namesOf = (kind: PredicateKind): string =>
  [...vocabulary.values()]
    .filter((predicate) => predicate.kind === kind && predicate.pattern !== null)
    .map(({ name, pattern }) => `${name}(${(pattern ?? []).join(",")})`)
    .join(", ");

/** The paper's rules for drawing scripts (section 2.1, step 1), said of CDL. */
const language = `You write diagrams of plane geometry problems as programs in CDL, one statement a line. A program is data: it says what is true of the figure, never how to draw it.
Points are single capital letters; names of figures list their corners counter-clockwise.
How the figure is put together:
- Shape(AB,BC,CA): a closed region, walked counter-clockwise over segments AB and arcs OAB (circle O, counter-clockwise from A to B).
- Collinear(ADB): the points lie on a line in this order.
- Cocircular(O,ABC): the points lie on circle O, counter-clockwise.
Shapes: ${namesOf("entity")}.
Relations: ${namesOf("relation")}.
Measures, in Equal(measure,value) or Equal(measure,measure): ${namesOf("attribution")}. Angle ABC is the turn counter-clockwise from ray BC to ray BA, in degrees. Values are numbers or algebra over lower-case symbols: 3*sqrt(2), 2*x-35.
Last line: Value(measure), what the question asks for.
Rules: state only what the question states; no lines that only its solution uses; never a value that has to be derived; every point of the figure in at least one Shape, Collinear or Cocircular.`;

const example = {
  question: "In triangle ABC, point D lies on AB and point E on AC, and DE is parallel to BC. AD = 2, DB = 4 and DE = 2. Find BC.",
  answer: "6",
  program: ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)", "ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)", "Equal(LengthOfLine(DB),4)", "Equal(LengthOfLine(DE),2)", "Value(LengthOfLine(BC))"],
};

const asked = ({ text, answer }: Pick<TextQuestion, "text" | "answer">): string => `Question: ${text}\nAnswer: ${answer === "" ? "not given" : answer}`;

/** Question to program. */
export function programPrompt(question: TextQuestion): Message[] {
  return [
    { role: "system", content: language },
    { role: "user", content: asked({ text: example.question, answer: example.answer }) },
    { role: "assistant", content: JSON.stringify({ program: example.program }) },
    { role: "user", content: asked(question) },
  ];
}

/** What is said when a program cannot be used. */
export function repairPrompt(problem: string): Message {
  return { role: "user", content: `This program cannot be used: ${problem}\nSend the whole program again, corrected.` };
}

/** Statements to sentences: the paper's rules for captions (section 2.1, step 2). */
export function captionPrompt(claims: readonly string[]): Message[] {
  return [
    { role: "system", content: "You describe geometry diagrams. For each statement write one English sentence that says exactly what it says, with the same point letters and numbers: no styling, nothing derived, no preamble. Repeat the statement unchanged beside its sentence." },
    { role: "user", content: ["ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)"].join("\n") },
    { role: "assistant", content: JSON.stringify({ sentences: [{ statement: "ParallelBetweenLine(DE,BC)", sentence: "DE is parallel to BC." }, { statement: "Equal(LengthOfLine(AD),2)", sentence: "AD is 2 units long." }] }) },
    { role: "user", content: claims.join("\n") },
  ];
}

/** Statements to changed statements: the paper's rules for negatives (section 2.1, steps 3 and 4). */
export function editsPrompt({ claims, labels, count }: { claims: readonly string[]; labels: readonly string[]; count: number }): Message[] {
  return [
    {
      role: "system",
      content: `You change statements about a geometry diagram so that they become false of it. Classes of change: order (other point letters or another order of them, at least two letters, never a rotation of a polygon, never the reversal of a segment), shape (another named shape), relation (a neighbouring relation, such as similar for congruent or perpendicular for parallel), number (another length or angle that a figure could have).
Use only the point letters of the figure. Spread the changes over all statements and classes. Repeat the statement unchanged as "from" and write the changed one as "to". Shapes: ${namesOf("entity")}. Relations: ${namesOf("relation")}.`,
    },
    { role: "user", content: "Point letters: A B C D E\nChanges: 2\nParallelBetweenLine(DE,BC)\nEqual(LengthOfLine(AD),2)" },
    { role: "assistant", content: JSON.stringify({ edits: [{ class: "relation", from: "ParallelBetweenLine(DE,BC)", to: "PerpendicularBetweenLine(DE,BC)" }, { class: "number", from: "Equal(LengthOfLine(AD),2)", to: "Equal(LengthOfLine(AD),5)" }] }) },
    { role: "user", content: `Point letters: ${labels.join(" ")}\nChanges: ${count}\n${claims.join("\n")}` },
  ];
}
