import type { EditClass, Position, Scene } from "@mmgeo/dataset";
import { checkStatement } from "../check/check.js";
import { composeScene } from "../draw/compose.js";
import { formatStatement } from "../language/format.js";
import { sameMeaning } from "../language/meaning.js";
import type { Statement } from "../language/statement.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";
import { solve } from "../solve/solve.js";
import { editContextOf } from "./context.js";
import { renamePoints } from "./edit-order.js";
import { editsOf, type StatementEdit } from "./edits.js";

/** A solved figure: how it is put together, what is stated of it, and what its caption says. */
export interface SolvedFigure {
  construction: readonly Statement[];
  /** Everything stated, solved and holding. */
  stated: readonly Statement[];
  /** What the caption says, in its order: stated statements, and what the construction shows. */
  claims: readonly Statement[];
  scene: Scene;
}

/** A figure made by editing another one's program. */
export interface PerturbedFigure extends SolvedFigure {
  edits: StatementEdit[];
  /** Claims of the original that are false of this figure by a visible margin; at least one. */
  falseClaims: Statement[];
  /** Statements the edit contradicted, which were given up. */
  dropped: Statement[];
}

/** Edited programs that have no drawing cost the most time; after so many for each one asked for, only relabelled figures follow. */
const FAILURES_PER_FIGURE = 2;
/** How many statements are tried, one at a time, where an edit contradicts the rest. */
const STATEMENTS_TO_GIVE_UP = 4;
/** Points closer than this share of the figure's extent are not told apart. */
const LEAST_SEPARATION = 0.035;

export interface PerturbationOptions {
  figure: SolvedFigure;
  seed: number;
  /** about how many will be taken */
  count: number;
  /** Edits to try before all others, such as a language model's. @default none */
  proposed?: readonly StatementEdit[];
}

/**
 * Edited figures one after another, each solved and proven: what is proposed, then the four classes in turn, spread over
 * the statements, then edited figures with labels exchanged as well. All programs differ. Lazy: stop taking when there
 * are enough.
 */
export function* perturbations({ figure, seed, count, proposed = [] }: PerturbationOptions): Generator<PerturbedFigure> {
  const random = seededRandom("perturb", seed);
  const separation = Math.min(LEAST_SEPARATION, 0.8 * leastSeparation(figure.scene));
  const queues = editQueues(figure, random);
  const relabellings = relabellingsOf(figure, random);
  const seen = new Set<string>([programKey(figure)]);
  const solved: PerturbedFigure[] = [];
  let failures = 0;
  let attempt = 0;

  const fresh = (perturbed: PerturbedFigure | null): perturbed is PerturbedFigure => {
    if (perturbed === null || perturbed.falseClaims.length === 0 || leastSeparation(perturbed.scene) < separation) return false;
    const key = programKey(perturbed);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };

  for (const edit of proposed) {
    const perturbed = solveEdit(figure, edit, seed + attempt);
    attempt += 1;
    if (!fresh(perturbed)) continue;
    solved.push(perturbed);
    yield perturbed;
  }
  const order: EditClass[] = ["number", "order", "relation", "shape"];
  let turn = 0;
  for (let idle = 0; idle < order.length; attempt += 1, turn += 1) {
    const editClass = order[turn % order.length] as EditClass;
    idle += 1;
    for (;;) {
      const next = editClass === "order" ? relabellings.next() : queues[editClass].next();
      if (next.done === true || (editClass !== "order" && failures > FAILURES_PER_FIGURE * count)) break;
      const perturbed = typeof next.value === "function" ? relabel(figure, next.value) : solveEdit(figure, next.value, seed + attempt);
      if (fresh(perturbed)) {
        if (editClass !== "order") solved.push(perturbed);
        yield perturbed;
        idle = 0;
        break;
      }
      if (editClass !== "order") failures += 1;
    }
  }
  // Figures that say more than they need contradict any one edit: each is tried with one other statement given up.
  failures = 0;
  for (const edit of allEdits(figure, random)) {
    if (failures > FAILURES_PER_FIGURE * count) break;
    const others = random.shuffle(figure.stated.filter((statement) => statement !== edit.from)).slice(0, STATEMENTS_TO_GIVE_UP);
    for (const other of others) {
      attempt += 1;
      const perturbed = solveEdit(figure, edit, seed + attempt, [other]);
      if (fresh(perturbed)) {
        solved.push(perturbed);
        yield perturbed;
        break;
      }
      failures += 1;
    }
  }
  // Two edits: a figure already solved, its labels exchanged.
  for (const rename of relabellingsOf(figure, random)) {
    for (const base of solved) {
      const perturbed = relabel(base, rename, figure.claims);
      if (fresh(perturbed)) yield perturbed;
    }
  }
}

function programKey({ construction, stated, scene }: SolvedFigure): string {
  // The same statements about points in other places are another picture.
  const places = Object.entries(scene.points).map(([label, [x, y]]) => `${label}${x.toFixed(3)},${y.toFixed(3)}`);
  return [...[...construction, ...stated].map(formatStatement).sort(), ...places.sort()].join("\n");
}

/** Non-order edits of every claim, one of each claim before a second of any. */
function editQueues(figure: SolvedFigure, random: SeededRandom): Record<Exclude<EditClass, "order">, Iterator<StatementEdit>> {
  const context = editContextOf([...figure.construction, ...figure.stated]);
  const lists = random.shuffle(figure.claims.filter((claim) => figure.stated.includes(claim))).map((claim) => random.shuffle(editsOf(claim, context)));
  const queue = function* (editClass: EditClass): Generator<StatementEdit> {
    const own = lists.map((list) => list.filter((edit) => edit.class === editClass)).filter((list) => list.length > 0);
    for (let round = 0; own.some((list) => round < list.length); round += 1) for (const list of own) if (list[round] !== undefined) yield list[round] as StatementEdit;
  };
  return { number: queue("number"), shape: queue("shape"), relation: queue("relation") };
}

/** The same edits in the order of the classes' turns, once more. */
function* allEdits(figure: SolvedFigure, random: SeededRandom): Generator<StatementEdit> {
  const queues = Object.values(editQueues(figure, random));
  for (let open = queues.length; open > 0; ) {
    open = 0;
    for (const queue of queues) {
      const next = queue.next();
      if (next.done === true) continue;
      open += 1;
      yield next.value as StatementEdit;
    }
  }
}

type Rename = (letter: string) => string;

/** Exchanges of two labels, then cycles of three. Letters that are also circles keep their place: they name the circle. */
function* relabellingsOf({ scene }: SolvedFigure, random: SeededRandom): Generator<Rename> {
  const labels = random.shuffle(Object.keys(scene.points).filter((label) => scene.circles[label] === undefined));
  const pairs = random.shuffle(labels.flatMap((one, index) => labels.slice(index + 1).map((two) => [one, two] as const)));
  for (const [one, two] of pairs) yield (letter) => (letter === one ? two : letter === two ? one : letter);
  for (let turn = 0; turn < Math.min(40, labels.length ** 2); turn += 1) {
    if (labels.length < 3) return;
    const [a = "", b = "", c = ""] = random.shuffle(labels);
    yield (letter) => (letter === a ? b : letter === b ? c : letter === c ? a : letter);
  }
}

/** Renames points and moves nothing: what stood at B is now called C. `original` are the claims that have to turn out false. */
function relabel(figure: SolvedFigure & Partial<PerturbedFigure>, rename: Rename, original: readonly Statement[] = figure.claims): PerturbedFigure {
  const scene: Scene = { ...figure.scene, points: Object.fromEntries(Object.entries(figure.scene.points).map(([label, at]) => [rename(label), at])) };
  const renamed = (statement: Statement): Statement => renamePoints(statement, rename);
  const claims = figure.claims.map(renamed);
  const edits = figure.claims.flatMap((from, index): StatementEdit[] => {
    const to = claims[index] as Statement;
    return sameMeaning(from, to, "english") ? [] : [{ class: "order", from, to }];
  });
  return { construction: figure.construction.map(renamed), stated: figure.stated.map(renamed), claims, scene, edits: [...(figure.edits ?? []), ...edits], falseClaims: edits.length === 0 ? [] : falseOf(original, claims, scene), dropped: figure.dropped ?? [] };
}

/** What is false of a figure, less what its own caption says in the same words: a reader could not tell those apart. */
function falseOf(original: readonly Statement[], claims: readonly Statement[], scene: Scene): Statement[] {
  return original.filter((claim) => checkStatement(claim, scene, { reading: "english" }).verdict === "false" && !claims.some((own) => sameMeaning(own, claim, "english")));
}

/** Replaces one statement and solves again from the drawing there is, then from a sheared one: a rectangle never stops being one by itself. */
function solveEdit(figure: SolvedFigure, edit: StatementEdit, seed: number, givenUp: readonly Statement[] = []): PerturbedFigure | null {
  const { from, to } = edit;
  const replace = (list: readonly Statement[]): Statement[] => list.flatMap((statement) => (statement === from ? [to] : sameMeaning(statement, from, "english") || sameMeaning(statement, to, "english") ? [] : [statement]));
  let stated = replace(figure.stated.filter((statement) => !givenUp.includes(statement)));
  let dropped: Statement[] = [...givenUp];
  for (const start of [figure.scene, sheared(figure.scene, seededRandom("shear", seed))]) {
    let result = solve({ statements: [...figure.construction, ...stated], seed, start, attempts: 1 });
    if (!result.ok && dropped.length === 0) {
      const failing = new Set(result.reason.statements);
      const given = stated.filter((statement) => statement !== to && failing.has(formatStatement(statement)));
      if (given.length > 0 && given.length <= 2) {
        dropped = given;
        stated = stated.filter((statement) => !dropped.includes(statement));
        result = solve({ statements: [...figure.construction, ...stated], seed, start, attempts: 1 });
      }
    }
    if (!result.ok) continue;
    const scene = composeScene(result.scene, [...figure.construction, ...stated]);
    if ([...figure.construction, ...stated].some((statement) => checkStatement(statement, scene).verdict !== "true")) continue;
    if (checkStatement(from, scene, { reading: "english" }).verdict !== "false") continue;
    const claims = replace(figure.claims).filter((claim) => !dropped.includes(claim) && checkStatement(claim, scene, { reading: "english" }).verdict === "true");
    return { construction: figure.construction, stated, claims, scene, edits: [edit], falseClaims: falseOf(figure.claims, claims, scene), dropped };
  }
  return null;
}

function sheared(scene: Scene, random: SeededRandom): Scene {
  const shear = random.real(0.25, 0.5) * (random.chance(0.5) ? 1 : -1);
  const stretch = random.chance(0.5) ? random.real(0.65, 0.8) : random.real(1.25, 1.5);
  const move = ([x, y]: Position): Position => [x + shear * y, y * stretch];
  return {
    ...scene,
    points: Object.fromEntries(Object.entries(scene.points).map(([label, at]) => [label, move(at)])),
    circles: Object.fromEntries(Object.entries(scene.circles).map(([name, circle]) => [name, { ...circle, center: move(circle.center) }])),
  };
}

/** The smallest distance of two points, as a share of the figure's extent. */
export function leastSeparation({ points }: Scene): number {
  const places = Object.values(points);
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), Number.MIN_VALUE);
  let least = Infinity;
  for (const [index, one] of places.entries()) for (const two of places.slice(index + 1)) least = Math.min(least, Math.hypot(one[0] - two[0], one[1] - two[1]));
  return least / extent;
}
