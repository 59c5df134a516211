import type { Caption } from "./caption.js";
import type { TextEdit } from "./edit.js";

/**
 * Sentences whose points have parts that cannot be exchanged: a midpoint with an end, a centre with a point of the circle, the vertex of a
 * bisected angle with another. Each pattern is written over a clause in which every label is `@` followed by its number of points.
 */
interface Pattern {
  rule: string;
  /** groups are labels: their numbers index the clause's labels in order */
  pattern: RegExp;
  edits: (match: ClauseMatch) => Change[];
}

/** A label to be replaced, by its order in the match, or two at once. */
interface Change {
  label: number;
  to: string;
  and?: { label: number; to: string };
}

interface ClauseMatch {
  /** points of each label of the match, in order */
  labels: string[][];
  caption: Caption;
}

const circleNoun = "(?:circle|⊙|⨀|☉) ?";
const segmentNoun = "(?:(?:line )?segment |side |chord |line |the segment |the side )?";

const exchangeWithEnd = ({ labels }: ClauseMatch): Change[] => {
  const [[point], ends] = labels as [string[], string[]];
  if (point === undefined || ends.includes(point)) return [];
  return [
    { label: 0, to: ends[0]!, and: { label: 1, to: `${point}${ends[1]!}` } },
    { label: 0, to: ends[1]!, and: { label: 1, to: `${ends[0]!}${point}` } },
  ];
};

const exchangeEndWith = ({ labels }: ClauseMatch): Change[] => {
  const [ends, [point]] = labels as [string[], string[]];
  if (point === undefined || ends.includes(point)) return [];
  return [
    { label: 0, to: `${point}${ends[1]!}`, and: { label: 1, to: ends[0]! } },
    { label: 0, to: `${ends[0]!}${point}`, and: { label: 1, to: ends[1]! } },
  ];
};

/** Any other point of the caption for the centre, which lies on no circle of its own. */
const otherCenter = (centerLabel: number, circleLabel: number) => ({ labels, caption }: ClauseMatch): Change[] => {
  const center = labels[centerLabel]!;
  const circle = labels[circleLabel]!;
  return caption.points.filter((point) => point !== center[0] && point !== circle[0]).slice(0, 6).map((point) => ({ label: centerLabel, to: point }));
};

/** A radius, or the line to the centre, is neither diameter nor tangent. */
const throughCenter = (segmentLabel: number, circleLabel: number) => ({ labels, caption }: ClauseMatch): Change[] => {
  const segment = labels[segmentLabel]!;
  const [center] = labels[circleLabel] as [string];
  if (segment.includes(center) || !caption.points.includes(center)) return [];
  return [
    { label: segmentLabel, to: `${center}${segment[0]!}` },
    { label: segmentLabel, to: `${center}${segment[1]!}` },
  ];
};

const otherVertex = ({ labels }: ClauseMatch): Change[] => {
  const [ray, [first, vertex, last]] = labels as [string[], [string, string, string]];
  if (!ray.includes(vertex) || ray.includes(first) || ray.includes(last)) return [];
  return [
    { label: 1, to: `${vertex}${first}${last}` },
    { label: 1, to: `${first}${last}${vertex}` },
  ];
};

const adjacentInstead = ({ labels }: ClauseMatch): Change[] => {
  const [one, other] = labels as [string[], string[]];
  if (one.some((point) => other.includes(point))) return [];
  return [
    { label: 1, to: `${one[0]!}${other[1]!}` },
    { label: 1, to: `${one[1]!}${other[0]!}` },
  ];
};

const sideInstead = ({ labels }: ClauseMatch): Change[] => {
  const [segment, triangle] = labels as [string[], string[]];
  const apex = triangle.find((point) => segment.includes(point));
  const foot = segment.find((point) => point !== apex);
  if (apex === undefined || foot === undefined || triangle.includes(foot)) return [];
  return triangle.filter((point) => point !== apex).map((point) => ({ label: 0, to: `${apex}${point}` }));
};

const vertexInstead = ({ labels }: ClauseMatch): Change[] => {
  const [[point], triangle] = labels as [string[], string[]];
  return point === undefined || triangle.includes(point) ? [] : triangle.map((vertex) => ({ label: 0, to: vertex }));
};

const endInstead = ({ labels }: ClauseMatch): Change[] => {
  const [first, second, [point]] = labels as [string[], string[], string[]];
  if (point === undefined || first.includes(point) || second.includes(point) || first.some((end) => second.includes(end))) return [];
  return [...first, ...second].map((end) => ({ label: 2, to: end }));
};

/** A side in the place of a diagonal. */
const sideForDiagonal = ({ labels }: ClauseMatch): Change[] => {
  const [one, other] = labels as [string[], string[]];
  if (one.some((point) => other.includes(point))) return [];
  return [
    { label: 1, to: `${one[0]!}${other[1]!}` },
    { label: 0, to: `${one[1]!}${other[0]!}` },
  ];
};

/** An end of one of two segments in the place of the point where they cross. */
const endForCrossing = ({ labels }: ClauseMatch): Change[] => {
  const [[point], first, second] = labels as [string[], string[], string[]];
  if (point === undefined || first.includes(point) || second.includes(point) || first.some((end) => second.includes(end))) return [];
  return [...first, ...second].map((end) => ({ label: 0, to: end }));
};

/** The bisector of another angle of the triangle meets this side in a vertex. */
const otherBisector = ({ labels }: ClauseMatch): Change[] => {
  const [[first, vertex, last], side, [point]] = labels as [[string, string, string], string[], string[]];
  if (!side.includes(first) || !side.includes(last) || point === undefined || side.includes(point)) return [];
  return [
    { label: 0, to: `${vertex}${first}${last}` },
    { label: 0, to: `${first}${last}${vertex}` },
  ];
};

/** Another vertex for the one right angle of a triangle. */
const otherRightAngle = ({ labels }: ClauseMatch): Change[] => {
  const [triangle, [vertex]] = labels as [string[], string[]];
  if (vertex === undefined || !triangle.includes(vertex)) return [];
  return triangle.filter((point) => point !== vertex).map((point) => ({ label: 1, to: point }));
};

/** A leg for the hypotenuse; `triangle` and `segment` are places in the match. */
const legForHypotenuse = (segment: number, triangle: number) => ({ labels }: ClauseMatch): Change[] => {
  const [one, three] = [labels[segment]!, labels[triangle]!];
  const corner = three.find((point) => !one.includes(point));
  if (corner === undefined || !one.every((point) => three.includes(point))) return [];
  return one.map((point) => ({ label: segment, to: `${corner}${point}` }));
};

/** "AD is the altitude on BC": the altitude is no side, since its foot is a point of its own. */
const sideForAltitude = ({ labels }: ClauseMatch): Change[] => {
  const [line, base] = [labels[0]!, labels.at(-1)!];
  const apex = labels.length === 3 ? labels[1]![0]! : line[0]!;
  const foot = line.find((point) => point !== apex);
  if (!line.includes(apex) || foot === undefined || base.includes(foot) || base.includes(apex)) return [];
  return base.map((point) => ({ label: 0, to: `${apex}${point}` }));
};

/** A circle has one centre, so that another point is none; only where the caption speaks of one circle. */
const otherCenterOfTheCircle = ({ labels, caption }: ClauseMatch): Change[] => {
  const [center] = labels[0]!;
  const circles = caption.tokens.filter(({ lower }) => lower === "circle" || lower === "⊙");
  if (caption.words.has("circles") || circles.length > 2) return [];
  return caption.points.filter((point) => point !== center).slice(0, 6).map((point) => ({ label: 0, to: point }));
};

const patterns: Pattern[] = [
  { rule: "midpoint", pattern: new RegExp(`@1 is (?:the|a) mid-?point of ${segmentNoun}@2(?![ ]?@)`), edits: exchangeWithEnd },
  { rule: "midpoint", pattern: new RegExp(`@1 bisects ${segmentNoun}@2(?![ ]?@)`), edits: exchangeWithEnd },
  { rule: "midpoint", pattern: new RegExp(`mid-?point of ${segmentNoun}@2 is (?:point )?@1(?![ ]?@)`), edits: exchangeEndWith },
  { rule: "between", pattern: /@1 (?:lies|is) on (?:(?:the )?segment |(?:the )?side )@2(?! and)/, edits: exchangeWithEnd },
  { rule: "center", pattern: new RegExp(`@1 is the cent(?:er|re) of (?:the )?${circleNoun}@1`), edits: otherCenter(0, 1) },
  { rule: "center", pattern: new RegExp(`cent(?:er|re) of (?:the )?${circleNoun}@1 is (?:point )?@1`), edits: otherCenter(1, 0) },
  { rule: "center", pattern: /@1 is the (?:incenter|centroid|incentre|center of the inscribed circle) of (?:triangle |△ ?)@3/, edits: vertexInstead },
  { rule: "diameter", pattern: new RegExp(`@2 is (?:the|a) (?:diameter|tangent) (?:of|to) (?:the )?${circleNoun}@1`), edits: throughCenter(0, 1) },
  { rule: "diameter", pattern: new RegExp(`@2 is tangent to (?:the )?${circleNoun}@1`), edits: throughCenter(0, 1) },
  { rule: "diameter", pattern: new RegExp(`(?:diameter|tangent) (?:of|to) (?:the )?${circleNoun}@1 is @2`), edits: throughCenter(1, 0) },
  { rule: "bisector", pattern: /@2 bisects (?:∠ ?|angle )@3/, edits: otherVertex },
  { rule: "bisector", pattern: /@2 is (?:the|an) (?:angle )?bisector of (?:∠ ?|angle )@3/, edits: otherVertex },
  { rule: "opposite", pattern: /@2 and @2 are opposite sides/, edits: adjacentInstead },
  { rule: "altitude", pattern: /@2 is (?:the|an?) (?:altitude|median) of (?:triangle |△ ?)@3/, edits: sideInstead },
  { rule: "intersection", pattern: /@2 and @2 (?:of (?:the )?(?:circle|⊙) ?@1 )?(?:intersect|meet|cross)(?: each other)? at (?:point )?@1/, edits: (match) => endInstead({ ...match, labels: match.labels.length === 4 ? [match.labels[0]!, match.labels[1]!, match.labels[3]!] : match.labels }).map((change) => ({ ...change, label: match.labels.length - 1 })) },
  { rule: "intersection", pattern: /@1 is the (?:point of )?intersection (?:point )?of (?:the )?(?:(?:diagonals|lines|segments|chords) )?@2 and @2/, edits: endForCrossing },
  { rule: "diagonals", pattern: /diagonals @2 and @2/, edits: sideForDiagonal },
  { rule: "bisector", pattern: /bisector of (?:∠ ?|angle )@3 (?:intersects|meets|cuts) (?:side |segment )?@2 at (?:point )?@1/, edits: otherBisector },
  { rule: "right-angle", pattern: /right(?:-angled)? (?:triangle |△ ?)@3 with (?:the |a )?right angle (?:is )?(?:at )?(?:vertex )?@1/, edits: otherRightAngle },
  { rule: "right-angle", pattern: /@3 is right-angled at (?:vertex )?@1/, edits: otherRightAngle },
  { rule: "hypotenuse", pattern: /right(?:-angled)? (?:triangle |△ ?)@3 with hypotenuse @2/, edits: legForHypotenuse(1, 0) },
  { rule: "hypotenuse", pattern: /@2 is the hypotenuse of (?:the )?(?:right )?(?:triangle |△ ?)@3/, edits: legForHypotenuse(0, 1) },
  { rule: "altitude", pattern: /@2 is (?:the|an?) (?:altitude|median) (?:from (?:vertex )?@1 )?(?:on|to) (?:the )?(?:side |hypotenuse |base )?@2/, edits: sideForAltitude },
  { rule: "center", pattern: /circle with (?:its |a )?cent(?:er|re) (?:at )?(?:point )?@1(?! and)/, edits: otherCenterOfTheCircle },
];

/** Exchanges in one clause by sentence pattern. */
export function placeEdits(caption: Caption, clauseIndex: number): TextEdit[] {
  const clause = caption.clauses[clauseIndex]!;
  let skeleton = "";
  /** for each label of the skeleton: its place there and its token */
  const places: { at: number; token: number }[] = [];
  for (let index = clause.from; index < clause.to; index += 1) {
    const token = caption.tokens[index]!;
    if (skeleton !== "" && caption.tokens[index - 1]!.end < token.start) skeleton += " ";
    if (token.kind === "label") {
      places.push({ at: skeleton.length, token: index });
      skeleton += `@${token.points.length}`;
    } else skeleton += token.lower;
  }
  if (places.length === 0) return [];
  const edits: TextEdit[] = [];
  for (const { rule, pattern, edits: changesOf } of patterns) {
    const match = pattern.exec(skeleton);
    if (match === null) continue;
    const inside = places.filter(({ at }) => at >= match.index && at < match.index + match[0].length);
    for (const change of changesOf({ labels: inside.map(({ token }) => caption.tokens[token]!.points), caption })) {
      const first = caption.tokens[inside[change.label]!.token]!;
      if (change.and === undefined) {
        edits.push({ class: "order", rule, start: first.start, end: first.end, to: change.to });
        continue;
      }
      const second = caption.tokens[inside[change.and.label]!.token]!;
      edits.push({ class: "order", rule, start: first.start, end: second.end, to: `${change.to}${caption.text.slice(first.end, second.start)}${change.and.to}` });
    }
  }
  return edits;
}
