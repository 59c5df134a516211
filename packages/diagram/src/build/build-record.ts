import { type DiagramRecord, type EditClass, type ImageNegative, InputError, type Question, type Scene } from "@mmgeo/dataset";
import { captionOf } from "../caption/caption.js";
import { checkStatement } from "../check/check.js";
import { measure } from "../check/measure.js";
import { composeScene } from "../draw/compose.js";
import { type Drawing, type DrawOptions, layOut } from "../draw/drawing.js";
import { sharedArea } from "../draw/place-labels.js";
import { differingPixels, encodePng, type Pixels, renderPixels } from "../draw/png.js";
import { type DrawStyle, frameSize } from "../draw/style.js";
import { svgOf } from "../draw/svg.js";
import { constantValue } from "../language/constant.js";
import { formatStatement } from "../language/format.js";
import { meaningOf, sameMeaning } from "../language/meaning.js";
import { parseExpression, parseStatement } from "../language/parse.js";
import type { Statement } from "../language/statement.js";
import { namesOf } from "../language/points.js";
import { vocabulary } from "../language/vocabulary.js";
import type { StatementEdit } from "../perturb/edits.js";
import { leastSeparation, perturbations, type PerturbedFigure, type SolvedFigure } from "../perturb/perturbations.js";
import type { Problem } from "../problem.js";
import { seedOf } from "../seeded-random.js";
import { solve, type SolveResult } from "../solve/solve.js";
import { readProblemStatements } from "../sources/problem-statements.js";
import { type CaptionDetail, claimsOf, markable } from "./claims.js";
import { generatorName } from "./generator.js";

export interface BuildOptions {
  problem: Problem;
  /** Image negatives wanted. @default 10 */
  negatives?: number;
  seed: number;
  /** Side of the pictures in pixels. @default 224 */
  size?: number;
  style?: Partial<DrawStyle>;
  /** `stated` marks everything the problem states that a figure can show; `image` what the published picture marks; `none` leaves lines and letters. @default "stated" */
  marks?: "stated" | "image" | "none";
  /** What captions say: everything stated, only what is marked on the picture, or only how things lie, without numbers. @default "everything" */
  detail?: CaptionDetail;
  /** A drawing to start the solver from. */
  start?: Scene;
  /** What a language model wrote about the problem. */
  written?: WrittenByModel;
}

/** What a language model contributes to a record, as text; statements and edits are proven here, what cannot be is left out with a note. */
export interface WrittenByModel {
  /** Name of the model. */
  model: string;
  /** Sentences without a full stop, by the text of the statement that each says. */
  sentences: Record<string, string>;
  /** Edits to try before those made by rule. */
  edits: { class: EditClass; from: string; to: string }[];
  /** What was dropped before, with reasons. */
  notes: string[];
}

export type BuildStage = "read" | "solve" | "check" | "draw" | "perturb";

export type BuildResult =
  | {
      ok: true;
      record: DiagramRecord;
      images: { path: string; png: Uint8Array }[];
      /** Whether the goal measured on the drawing is the published answer; null where it cannot be told. */
      answerMeasured: boolean | null;
      /** Why there are fewer negatives than asked for. */
      shortfall: string | null;
      /** What was put right or left out of the problem itself; the record's own notes also tell what its negatives gave up. */
      notes: string[];
    }
  | { ok: false; id: string; stage: BuildStage; reason: string };

/** Two pictures are told apart when at least this share of their pixels differs: 50 of 224 by 224, some two letters. */
export const LEAST_DIFFERENCE = 0.001;
/** Labels of a negative may share so much more area than those of the positive: a corner of a letter. */
const SHARED_AREA = 12;
/** Labels are at least so many pixels high in small pictures, so that letters stay legible. */
const LEAST_LABEL_PIXELS = 12;
/** The answers of problems are published to some three digits. */
const ANSWER_TOLERANCE = 1e-3;

/** Builds one record: reads, solves, proves, draws, captions, and makes negatives. Never throws for a problem that cannot be built. */
export function buildRecord(options: BuildOptions): BuildResult {
  const { problem, negatives = 10, seed, size = frameSize, marks = "stated", detail = "everything", start, written } = options;
  const failed = (stage: BuildStage, reason: string): BuildResult => ({ ok: false, id: problem.id, stage, reason });
  const read = readProblemStatements(problem);
  const names = namesOf(read.all);
  if (names.points.length + names.circles.length === 0) return failed("read", read.unreadable[0]?.message ?? "the problem names no point");
  const goal = goalOf(problem);
  const seedHere = seedOf(problem.id, seed);
  const given = read.all.filter((statement) => statement.kind !== "mark");
  const solved = drawingOf(given, goal, seedHere, start);
  if (!solved.ok) return failed("solve", solved.reason.message);

  // The solver may have put a statement right, or left one out: what it returns is what holds.
  const isConstruction = (statement: Statement): boolean => statement.kind === "relation" && vocabulary.get(statement.name)?.kind === "construction";
  const construction = solved.statements.filter(isConstruction);
  const stated = solved.statements.filter((statement) => !isConstruction(statement));
  const wrong = [...construction, ...stated].find((statement) => checkStatement(statement, solved.scene).verdict !== "true");
  if (wrong !== undefined) return failed("check", `${formatStatement(wrong)} does not hold on the drawing`);
  const figure: SolvedFigure = { construction, stated, claims: claimsOf({ construction, stated, scene: solved.scene, detail }), scene: solved.scene };
  if (figure.claims.length === 0) return failed("check", "nothing is stated of the figure that a caption could say");

  const marked = new Set(read.image.map((statement) => meaningOf(statement, "english")));
  const explicit = read.image.filter((statement) => statement.kind === "mark");
  const paint = painter({ marked: marks === "stated" ? null : marks === "image" ? marked : new Set(), explicit: marks === "none" ? [] : explicit, size, seed: seedHere, style: options.style });
  try {
    const { pixels, shared } = paint(figure);
    const image = `images/${problem.id}.png`;
    const images = [{ path: image, png: encodePng(pixels) }];
    const wording = new Map(Object.entries(written?.sentences ?? {}));
    const proposed = (written?.edits ?? []).flatMap((edit) => proposedEdit(edit, figure.claims));
    const { negatives: list, shortfall, dropped } = negativesOf({ figure, problem, pixels, mostShared: shared + SHARED_AREA, paint, images, count: negatives, seed: seedHere, wording, proposed });
    const notes = [...read.notes, ...read.unreadable.map(({ text, message }) => `left out ${text}: ${message}`), ...solved.notes, ...(written?.notes ?? []), ...unusedProposals(proposed, list)];
    const allNotes = [...notes, ...dropped];
    const record: DiagramRecord = {
      id: problem.id,
      image,
      caption: captionOf({ claims: figure.claims, seed: seedHere, wording }).text,
      claims: figure.claims.map(formatStatement),
      program: programOf(figure, paint.marksOf(figure)),
      scene: figure.scene,
      question: problem.question as Question | null,
      negatives: list,
      provenance: { source: problem.source, licence: problem.licence, seed, generator: generatorName, model: written?.model ?? null, ...(allNotes.length > 0 ? { notes: allNotes } : {}) },
    };
    return { ok: true, record, images, answerMeasured: goal === null ? null : answerMeasured(goal, problem, figure.scene), shortfall, notes };
  } catch (error) {
    if (InputError.isInstance(error)) return failed("draw", error.message);
    throw error;
  }
}

/** Points nearer together than this share of the figure's extent read as one; another drawing is looked for. */
const CROWDED = 0.05;
const OTHER_SEEDS = 3;

/** The given drawing where every statement holds on it already, else a solved one with its points well apart. */
function drawingOf(statements: readonly Statement[], goal: Statement | null, seed: number, start: Scene | undefined): SolveResult {
  if (start !== undefined && statements.every((statement) => checkStatement(statement, start).verdict === "true")) return { ok: true, scene: start, notes: [], statements: [...statements] };
  const asked = goal === null ? statements : [...statements, goal];
  let best = solve({ statements: asked, seed, start });
  for (let other = 1; best.ok && other <= OTHER_SEEDS && leastSeparation(best.scene) < CROWDED; other += 1) {
    const next = solve({ statements: asked, seed: seed + other, attempts: 2 });
    if (next.ok && next.notes.length <= best.notes.length && leastSeparation(next.scene) > leastSeparation(best.scene)) best = next;
  }
  if (!best.ok) return best;
  const apart = leastSeparation(best.scene);
  const notes = apart < CROWDED ? [...best.notes, `crowded: in every drawing tried two points are at most ${(100 * apart).toFixed(1)} % of the figure apart, as what is stated of it asks`] : best.notes;
  return { ...best, notes, scene: composeScene(best.scene, best.statements) };
}

interface Painter {
  (figure: SolvedFigure): { pixels: Pixels; /** area that its labels share, in square units of the frame */ shared: number };
  /** The `Mark` lines of a figure's program. */
  marksOf(figure: SolvedFigure): Statement[];
}

/** Draws figures of one record in one style. */
function painter({ marked, explicit, size, seed, style = {} }: { /** null marks all that can be */ marked: ReadonlySet<string> | null; /** `Mark(…)` lines of the program itself */ explicit: readonly Statement[]; size: number; seed: number; style?: Partial<DrawStyle> }): Painter {
  const fontSize = Math.max(style.fontSize ?? 18, Math.min(28, (LEAST_LABEL_PIXELS * frameSize) / size));
  const lineWidth = Math.max(style.lineWidth ?? 1.6, frameSize / size);
  const marksOf = (figure: SolvedFigure): Statement[] => {
    const list = markable(figure.construction, figure.stated);
    const chosen = marked === null ? list : list.filter((statement) => marked.has(meaningOf(originalOf(statement, figure), "english")));
    return [...chosen.map((target): Statement => ({ kind: "mark", target })), ...explicit];
  };
  const paint = (figure: SolvedFigure): ReturnType<Painter> => {
    const drawing = layOutSmaller({ scene: figure.scene, statements: [...figure.construction, ...figure.stated, ...marksOf(figure)], style: { ...style, fontSize, lineWidth }, seed, measure });
    return { pixels: renderPixels(svgOf(drawing), { size }), shared: sharedArea(drawing.labels) };
  };
  return Object.assign(paint, { marksOf });
}

/** Long labels get smaller letters before a figure is given up. */
function layOutSmaller({ style, ...rest }: DrawOptions & { style: Partial<DrawStyle> & { fontSize: number } }): Drawing {
  for (const share of [1, 0.82]) {
    try {
      return layOut({ ...rest, style: { ...style, fontSize: style.fontSize * share } });
    } catch (error) {
      if (!InputError.isInstance(error)) throw error;
    }
  }
  return layOut({ ...rest, style: { ...style, fontSize: style.fontSize * 0.66 } });
}

/** The statement of the first figure that an edit made this one from, or itself. */
function originalOf(statement: Statement, { edits = [] }: Partial<PerturbedFigure>): Statement {
  return edits.findLast(({ to }) => sameMeaning(to, statement))?.from ?? statement;
}

/** Construction, statements, then what is marked, one statement a line. */
export function programOf({ construction, stated }: Pick<SolvedFigure, "construction" | "stated">, marks: readonly Statement[]): string {
  return [...construction.map(formatStatement), ...stated.map(formatStatement), ...marks.map(formatStatement)].join("\n");
}

interface NegativesOptions {
  figure: SolvedFigure;
  problem: Problem;
  /** the positive's picture */
  pixels: Pixels;
  /** area that labels of a negative may share */
  mostShared: number;
  paint: Painter;
  /** pictures are added here */
  images: { path: string; png: Uint8Array }[];
  count: number;
  seed: number;
  wording: ReadonlyMap<string, string>;
  proposed: readonly StatementEdit[];
}

/** Image negatives, why there are not more, and which statements their edits made them give up. */
function negativesOf({ figure, problem, pixels, mostShared, paint, images, count, seed, wording, proposed }: NegativesOptions): { negatives: ImageNegative[]; shortfall: string | null; dropped: string[] } {
  const negatives: ImageNegative[] = [];
  const dropped: string[] = [];
  const pictures = [pixels];
  const least = Math.ceil(pixels.width * pixels.height * LEAST_DIFFERENCE);
  let alike = 0;
  let unfit = 0;
  if (count === 0) return { negatives, shortfall: null, dropped };
  for (const perturbed of perturbations({ figure, seed, count, proposed })) {
    let picture: Pixels;
    try {
      const painted = paint(perturbed);
      picture = painted.pixels;
      if (painted.shared > mostShared) {
        unfit += 1;
        continue;
      }
    } catch (error) {
      if (!InputError.isInstance(error)) throw error;
      unfit += 1;
      continue;
    }
    if (pictures.some((other) => differingPixels(other, picture, least) < least)) {
      alike += 1;
      continue;
    }
    pictures.push(picture);
    const image = `images/${problem.id}-${negatives.length + 1}.png`;
    images.push({ path: image, png: encodePng(picture) });
    negatives.push({
      kind: "image",
      image,
      program: programOf(perturbed, paint.marksOf(perturbed)),
      scene: perturbed.scene,
      edits: perturbed.edits.map((edit) => ({ class: edit.class, from: formatStatement(edit.from), to: formatStatement(edit.to) })),
      caption: captionOf({ claims: perturbed.claims, seed, wording }).text,
      claims: perturbed.claims.map(formatStatement),
      falseClaims: perturbed.falseClaims.map(formatStatement),
    });
    if (perturbed.dropped.length > 0) dropped.push(`negative ${negatives.length} gives up ${perturbed.dropped.map(formatStatement).join(" and ")}, which its edit contradicts`);
    if (negatives.length === count) return { negatives, shortfall: null, dropped };
    if (alike + unfit > 5 * count) break;
  }
  return { negatives, dropped, shortfall: `${negatives.length} of ${count} negatives: no more edits make a picture that is proven different${alike > 0 ? `, ${alike} looked alike` : ""}${unfit > 0 ? `, ${unfit} had no room for their labels` : ""}` };
}

/** A model's edit of a claim; none where it names no claim. */
function proposedEdit({ class: editClass, from, to }: WrittenByModel["edits"][number], claims: readonly Statement[]): StatementEdit[] {
  const own = claims.find((claim) => formatStatement(claim) === from);
  return own === undefined ? [] : [{ class: editClass, from: own, to: parseStatement(to) }];
}

function unusedProposals(proposed: readonly StatementEdit[], negatives: readonly ImageNegative[]): string[] {
  const used = new Set(negatives.flatMap(({ edits }) => edits.map(({ from, to }) => `${from} ${to}`)));
  return proposed.flatMap(({ from, to }) => (used.has(`${formatStatement(from)} ${formatStatement(to)}`) ? [] : [`left out the change of ${formatStatement(from)} to ${formatStatement(to)}: no drawing of it was proven different`]));
}

function goalOf({ question }: Problem): Statement | null {
  if (question?.goal === null || question?.goal === undefined) return null;
  try {
    const goal = parseStatement(question.goal);
    return goal.kind === "value" ? goal : null;
  } catch {
    return null;
  }
}

function answerMeasured(goal: Statement, { question }: Problem, scene: Scene): boolean | null {
  if (goal.kind !== "value" || question === null) return null;
  const measured = measure(goal.expression, scene);
  let published: number | null = null;
  try {
    published = constantValue(parseExpression(question.answer.replace(/°$/, "")));
  } catch {
    return null;
  }
  return measured === null || published === null ? null : Math.abs(measured - published) <= ANSWER_TOLERANCE * Math.max(Math.abs(published), 1e-9);
}
