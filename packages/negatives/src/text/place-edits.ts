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
  { rule: "intersection", pattern: /@2 and @2 intersect at (?:point )?@1/, edits: endInstead },
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
