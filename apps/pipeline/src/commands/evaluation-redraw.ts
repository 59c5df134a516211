import { recordSchema, type DiagramRecord } from "@mmgeo/dataset";
import { drawSvg, formatStatement, measure, parseProgram, renamePoints, renderPng, seededRandom, seedOf } from "@mmgeo/diagram";
import { questionsOf, type Redraw } from "@mmgeo/evaluation";

/** Lines wander as a hand's would; corners stay where they are, so that the figure still shows what it says. */
const handDrawnStyle = { jitter: 1.6, lineWidth: 2, face: "sans" } as const;
const pictureSize = 448;
/** Letters that look like numbers, or begin sentences, name no point. */
const letters = [..."BCDEFGHJKLMNPQRSTUVWXYZ"];

/** New names for the points of a figure, different from all its old ones where letters last. Centres keep theirs: circles are called by them. */
function newNames(record: DiagramRecord, seed: number): Map<string, string> {
  const circles = new Set(Object.keys(record.scene.circles));
  const text = record.question?.text ?? "";
  // Where "A" is an article it cannot be told from a point.
  const renamed = Object.keys(record.scene.points).filter((name) => /^[A-Z]$/.test(name) && !circles.has(name) && !(name === "A" && /\bA [a-z]/.test(text)));
  const random = seededRandom("new labels", seedOf(record.id, seed));
  const free = letters.filter((letter) => !(letter in record.scene.points) && !circles.has(letter) && !new RegExp(`\\b${letter}\\b`).test(text));
  const names = new Map<string, string>();
  for (const name of renamed) {
    if (free.length === 0) break;
    const [letter] = free.splice(random.integer(0, free.length - 1), 1);
    names.set(name, letter as string);
  }
  return names;
}

/** Renames points where they stand in a text: runs of capital letters that all name points, such as `ABC` or `AB'`. */
function renamedText(text: string, record: DiagramRecord, names: ReadonlyMap<string, string>): string {
  return text.replace(/\b[A-Z]{1,8}(?![A-Za-z])/g, (run) => ([...run].every((letter) => letter in record.scene.points) ? [...run].map((letter) => names.get(letter) ?? letter).join("") : run));
}

function withNewLabels(record: DiagramRecord, seed: number): DiagramRecord {
  const names = newNames(record, seed);
  const rename = (letter: string) => names.get(letter) ?? letter;
  const { question, scene, program } = record;
  return {
    ...record,
    program: parseProgram(program).lines.map(({ statement }) => formatStatement(renamePoints(statement, rename))).join("\n"),
    scene: { ...scene, points: Object.fromEntries(Object.entries(scene.points).map(([name, at]) => [rename(name), at])) },
    question: question === null ? null : { ...question, text: renamedText(question.text, record, names), choices: question.choices?.map((choice) => renamedText(choice, record, names)) ?? null, answer: renamedText(question.answer, record, names) },
  };
}

function picture(record: DiagramRecord, style: Partial<typeof handDrawnStyle>, seed: number): Uint8Array {
  return renderPng(drawSvg({ scene: record.scene, statements: parseProgram(record.program).lines.map(({ statement }) => statement), style, seed: seedOf(record.id, seed), measure }), { size: pictureSize });
}

/** Draws a record's figure again: as by hand, or with its points renamed, in the question too. Null for a question that comes from no record of ours. */
export const redrawRecord: Redraw = async (question, variant, seed) => {
  const parsed = recordSchema.safeParse(question.source?.record);
  if (!parsed.success || parsed.data.program === "") return null;
  if (variant === "hand-drawn") return { question, image: picture(parsed.data, handDrawnStyle, seed) };
  const renamed = withNewLabels(parsed.data, seed);
  const [asked] = questionsOf([renamed], { seed }).questions;
  if (asked === undefined) return null;
  return { question: { ...question, prompt: asked.prompt, choices: asked.choices, gold: asked.gold }, image: picture(renamed, {}, seed) };
};
