import type { Position, Scene } from "@mmgeo/dataset";
import { captionOf } from "../caption/caption.js";
import { inDegrees, termText } from "../caption/terms.js";
import { parseStatement } from "../language/parse.js";
import type { Statement } from "../language/statement.js";
import type { Problem } from "../problem.js";
import { type SeededRandom, seededRandom, seedOf } from "../seeded-random.js";
import { circleFamilies } from "./sample-circles.js";
import { quadrilateralFamilies } from "./sample-quadrilaterals.js";
import type { Family, Sketch } from "./sample-sketch.js";
import { triangleFamilies } from "./sample-triangles.js";

/** A problem of our own sampler: the drawing it was computed from comes with it. */
export interface SampledProblem extends Problem {
  family: string;
  start: Scene;
}

const families: Record<string, Family> = { ...triangleFamilies, ...quadrilateralFamilies, ...circleFamilies };

/** The kinds of problem the sampler makes, by name. */
export const sampleFamilies: readonly string[] = Object.keys(families);

/** Letters of points; I and O look like digits. */
const pointLetters = [..."ABCDEFGHJKLMNPQRSTUVWXYZ"];
/** How often a problem may come out like an earlier one before the sampler gives up on variety. */
const MAX_REPEATS = 200;

/**
 * Makes problems from a seed: the families in turn, each with random letters, numbers and proportions, four choices and
 * the answer computed from the construction. No two have the same statements. Problem `k` of a longer list is problem
 * `k` of a shorter one.
 */
export function sampleProblems({ count, seed }: { count: number; seed: number }): SampledProblem[] {
  const names = Object.keys(families);
  const seen = new Set<string>();
  const problems: SampledProblem[] = [];
  for (let index = 0; problems.length < count; index += 1) {
    const family = names[index % names.length] as string;
    for (let repeat = 0; ; repeat += 1) {
      const random = seededRandom("sample", seed, index, repeat);
      const problem = problemOf(family, (families[family] as Family)(random), random, { id: `sample-${problems.length + 1}`, seed: seedOf(seed, index) });
      const key = [...problem.construction, ...problem.text, problem.question?.goal ?? ""].join("\n");
      if (seen.has(key) && repeat < MAX_REPEATS) continue;
      seen.add(key);
      problems.push(problem);
      break;
    }
  }
  return problems;
}

function problemOf(family: string, sketch: Sketch, random: SeededRandom, { id, seed }: { id: string; seed: number }): SampledProblem {
  const rename = letterMap(sketch, random);
  // Runs of capitals are point letters; predicates have small letters too.
  const renamed = (text: string): string => text.replace(/\b[A-Z]+\b/g, (letters) => [...letters].map((letter) => rename.get(letter) ?? letter).join(""));
  const text = sketch.text.map(renamed);
  const goal = renamed(sketch.goal);
  const statements = text.map((line) => parseStatement(line));
  const letter = (key: string): string => rename.get(key) ?? key;
  const turned = turnedBy(turnOf(random));
  const unit = unitOf(parseStatement(goal));
  const answer = numberText(sketch.answer);
  return {
    id,
    family,
    construction: sketch.construction.map(renamed),
    text,
    image: [],
    question: {
      text: `${captionOf({ claims: statements, seed }).text} ${questionOf(parseStatement(goal))}`,
      choices: choicesOf(sketch, random).map((choice) => choice + unit),
      answer: answer + unit,
      goal,
    },
    source: "@mmgeo/diagram sample",
    licence: "MIT",
    start: {
      points: Object.fromEntries(Object.entries(sketch.points).map(([key, at]) => [letter(key), turned(at)])),
      circles: Object.fromEntries(Object.entries(sketch.circles ?? {}).map(([key, circle]) => [letter(key), { ...circle, center: turned(circle.center) }])),
      symbols: sketch.symbols ?? {},
    },
  };
}

/** Half of the figures stand as textbooks have them; the rest lie on a side or are turned a little. */
function turnOf(random: SeededRandom): number {
  if (random.chance(0.5)) return 0;
  return random.chance(0.5) ? random.pick([90, 180, 270]) : random.real(-25, 25);
}

function turnedBy(degrees: number): (position: Position) => Position {
  if (degrees === 0) return (position) => position;
  const angle = (degrees * Math.PI) / 180;
  return ([x, y]) => [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

/** Half of the problems keep textbook letters, neighbours in the alphabet; a circle's letter stays O where it is its centre. */
function letterMap(sketch: Sketch, random: SeededRandom): Map<string, string> {
  const keys = [...new Set([...Object.keys(sketch.points), ...Object.keys(sketch.circles ?? {})])].filter((key) => sketch.circles?.[key] === undefined);
  const first = random.integer(0, pointLetters.length - keys.length);
  const letters = random.chance(0.5) ? random.shuffle(pointLetters) : random.shuffle(pointLetters.slice(first, first + keys.length));
  const map = new Map(keys.map((key, index) => [key, letters[index] as string]));
  for (const circle of Object.keys(sketch.circles ?? {})) map.set(circle, "O");
  return map;
}

const numberText = (value: number): string => String(Math.round(value * 100) / 100);

function unitOf(goal: Statement): string {
  return goal.kind === "value" && inDegrees(goal.expression) ? "°" : "";
}

function questionOf(goal: Statement): string {
  if (goal.kind !== "value") return "";
  const { expression } = goal;
  const name = termText(expression, { symbols: false });
  if (expression.kind === "symbol") return `What is the value of ${name}?`;
  if (inDegrees(expression)) return `What is the measure of ${name}?`;
  return expression.kind === "measure" && expression.name === "LengthOfLine" ? `What is the length of ${name}?` : `What is ${name}?`;
}

/** The answer among three that slips of reasoning give: half, double, the complement, a given number, a step beside. */
function choicesOf({ answer, goal, text }: Sketch, random: SeededRandom): string[] {
  const angle = goal.includes("MeasureOf");
  const given = text.flatMap((line) => [...line.matchAll(/,(\d+(?:\.\d+)?)\)/g)].map((match) => Number(match[1])));
  const slips = angle ? [180 - answer, 90 - answer, answer / 2, 2 * answer, answer + 10, answer - 10, answer + 15, answer - 5, ...given] : [answer / 2, 2 * answer, answer + 1, answer - 1, answer + 2, answer - 2, 1.5 * answer, ...given];
  const wrong: string[] = [];
  const right = numberText(answer);
  for (const slip of random.shuffle(slips)) {
    const value = numberText(slip);
    if (slip > 0 && (!angle || slip < 180) && value !== right && !wrong.includes(value) && wrong.length < 3) wrong.push(value);
  }
  for (let step = 3; wrong.length < 3; step += 1) if (!wrong.includes(numberText(answer + step))) wrong.push(numberText(answer + step));
  return random.shuffle([right, ...wrong]);
}
