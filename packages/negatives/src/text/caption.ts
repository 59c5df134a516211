import { splitClauses, type Clause } from "./clauses.js";
import { valueOfNumber } from "./number-values.js";
import { tokenize, type Token } from "./tokens.js";

export type LabelKind = "point" | "segment" | "line" | "angle" | "triangle" | "polygon" | "circle" | "arc" | "other";

/** A caption read once: every edit is found on this. */
export interface Caption {
  text: string;
  tokens: Token[];
  clauses: Clause[];
  /** for each token, what its label names; null where it is no label */
  kinds: (LabelKind | null)[];
  /** for each token, the index of its clause; -1 for the signs between clauses */
  clauseOf: number[];
  /** points named in claims, in order of appearance */
  points: string[];
  /** words of the whole caption, in lower case */
  words: Set<string>;
  /** values of all numbers */
  numbers: Set<number>;
  /** how often each free symbol (`x`) occurs in claims, by clause count */
  symbols: Map<string, number>;
}

const nounKinds = new Map<string, LabelKind>([
  ...["point", "points", "vertex", "vertices", "center", "centre", "midpoint"].map((word): [string, LabelKind] => [word, "point"]),
  ...["segment", "segments", "side", "sides", "edge", "edges", "diameter", "radius", "chord", "diameters", "radii", "chords", "tangent", "hypotenuse", "leg", "legs", "base", "bases", "altitude", "median", "height", "diagonal", "diagonals", "bisector", "midsegment", "width", "length"].map((word): [string, LabelKind] => [word, "segment"]),
  ...["line", "lines", "ray", "rays"].map((word): [string, LabelKind] => [word, "line"]),
  ...["∠", "angle", "angles", "∡"].map((word): [string, LabelKind] => [word, "angle"]),
  ...["△", "triangle", "triangles", "δ", "Δ", "▲"].map((word): [string, LabelKind] => [word, "triangle"]),
  ...["quadrilateral", "quadrilaterals", "square", "squares", "rectangle", "rectangles", "parallelogram", "parallelograms", "rhombus", "rhombuses", "trapezoid", "trapezoids", "trapezium", "kite", "kites", "polygon", "polygons", "pentagon", "pentagons", "hexagon", "hexagons", "heptagon", "octagon", "▱", "□", "◇"].map((word): [string, LabelKind] => [word, "polygon"]),
  ...["circle", "circles", "⊙", "⨀", "☉", "semicircle"].map((word): [string, LabelKind] => [word, "circle"]),
  ...["arc", "arcs", "⌒", "sector", "sectors"].map((word): [string, LabelKind] => [word, "arc"]),
  ...["pyramid", "prism", "tetrahedron", "cube", "cuboid", "cone", "cylinder", "plane", "figure", "fig", "problem", "theorem", "option", "case", "step", "type", "vector", "function", "set"].map((word): [string, LabelKind] => [word, "other"]),
]);

/** What the noun before a label says the label names. */
export function kindOfNoun(word: string): LabelKind | undefined {
  return nounKinds.get(word);
}

function kindByLength(length: number): LabelKind {
  if (length === 1) return "point";
  if (length === 2) return "segment";
  return length === 3 ? "triangle" : "polygon";
}

function readKinds(tokens: Token[]): (LabelKind | null)[] {
  const kinds: (LabelKind | null)[] = Array.from({ length: tokens.length }, () => null);
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    const before = tokens[index - 1];
    if (token.kind === "number") {
      // "angle 1", "∠2", "line 3", "Figure 4": a name and no quantity
      const noun = before === undefined ? undefined : kindOfNoun(before.lower);
      const next = tokens[index + 1]?.lower;
      if (noun !== undefined && (noun === "angle" || noun === "other" || noun === "line" || noun === "point") && next !== "°" && next !== "degrees" && next !== "degree") kinds[index] = noun;
      else if ((before?.lower === "and" || before?.lower === ",") && kinds[index - 2] === "angle" && tokens[index - 2]?.kind === "number" && next !== "°") kinds[index] = "angle";
      continue;
    }
    if (token.kind !== "label") continue;
    const length = token.points.length;
    const noun = before === undefined ? undefined : kindOfNoun(before.lower);
    if (noun !== undefined) {
      const fits = noun === "polygon" ? length >= 4 : noun === "triangle" ? length === 3 : noun === "angle" ? length === 3 || length === 1 : noun === "circle" || noun === "point" ? length === 1 : true;
      kinds[index] = fits ? noun : kindByLength(length);
    } else if ((before?.lower === "and" || before?.lower === ",") && tokens[index - 2]?.points.length === length && kinds[index - 2] !== null) kinds[index] = kinds[index - 2]!;
    else kinds[index] = kindByLength(length);
  }
  return kinds;
}

/** Reads a caption: tokens, clauses, what each label names. */
export function readCaption(text: string): Caption {
  const tokens = tokenize(text);
  const clauses = splitClauses(tokens);
  const clauseOf = Array.from({ length: tokens.length }, () => -1);
  const points = new Set<string>();
  const words = new Set<string>();
  const symbols = new Map<string, number>();
  const numbers = new Set<number>();
  for (const token of tokens) if (token.kind === "number") numbers.add(valueOfNumber(token.text));
  const kinds = readKinds(tokens);
  clauses.forEach((clause, number) => {
    const seen = new Set<string>();
    for (let index = clause.from; index < clause.to; index += 1) {
      const token = tokens[index]!;
      clauseOf[index] = number;
      if (token.kind === "word") {
        words.add(token.lower);
        if (isSymbol(token)) seen.add(token.text);
      } else if (clause.claim && token.kind === "label" && kinds[index] !== "other" && kinds[index] !== "circle") for (const point of token.points) points.add(point);
    }
    if (clause.claim) for (const symbol of seen) symbols.set(symbol, (symbols.get(symbol) ?? 0) + 1);
  });
  return { text, tokens, clauses, kinds, clauseOf, points: [...points], words, numbers, symbols };
}

/** A free symbol of algebra: one lower-case letter other than the article. */
export function isSymbol(token: Token): boolean {
  return token.kind === "word" && token.text.length === 1 && token.text !== "a" && token.text !== "A" && token.text !== "π";
}
