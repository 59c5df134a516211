import { captionHas, clauseHas, phrases, segmentBefore, tokenAfter, tokenBefore, type Phrase, type PhrasePlace } from "./phrase.js";

/** The phrase is a whole predicate: "ABC is equilateral." */
const predicateEnds = (place: PhrasePlace): boolean => {
  const next = tokenAfter(place);
  const before = tokenBefore(place)?.lower;
  return (before === "is" || before === "are") && (next === undefined || next.kind === "symbol" && [".", ",", ";"].includes(next.lower) || next.lower === "and" || next.lower === "with");
};
/** Nothing in the caption points to a right angle or to equal neighbouring sides, with which a parallelogram is more than one. */
const noHintOfSpecialShape = (place: PhrasePlace): boolean =>
  !captionHas(place, "square", "rectangle", "rhombus", "perpendicular", "right", "equal", "equilateral", "bisects", "midpoint", "congruent", "circle", "diameter", "kite", "isosceles", "cyclic", "diagonals", "altitude", "altitudes", "height") &&
  !/[⊥⟂⊙≅]|\\(?:perp|odot|cong)|\b(?:90|45|60)\b|[A-Z]{2} ?= ?[A-Z]{2}/.test(place.caption.text);

const triangle = "triangle|triangles|△|triangular";

/** Shapes and their kinds. */
export const shapePhrases: Phrase[] = [
  ...phrases("shape", "triangle-kind", [
    [`isosceles right|right-angled > ${triangle}`, ["equilateral", "obtuse", "scalene"]],
    [`right isosceles > ${triangle}`, ["equilateral", "obtuse isosceles"]],
    [`right|right-angled > ${triangle}`, ["equilateral", "obtuse", "acute"]],
    [`isosceles > ${triangle}`, ["scalene"]],
    [`equilateral > ${triangle}`, ["right", "scalene", "obtuse", "isosceles right"]],
    [`scalene > ${triangle}`, ["isosceles", "equilateral"]],
    [`obtuse|obtuse-angled > ${triangle}`, ["right", "acute", "equilateral"]],
    [`acute|acute-angled > ${triangle}`, ["right", "obtuse"]],
    [`regular > ${triangle}`, ["scalene", "right"]],
    ["equilateral", ["scalene"], predicateEnds],
    ["isosceles", ["scalene"], predicateEnds],
    ["scalene", ["isosceles", "equilateral"], predicateEnds],
  ]),
  ...phrases("shape", "angle-kind", [
    ["right > angle", ["acute", "obtuse"], isPlacedAngle],
    ["acute > angle", ["right", "obtuse"], isPlacedAngle],
    ["obtuse > angle", ["right", "acute"], isPlacedAngle],
    ["straight > angle", ["right", "acute"], isPlacedAngle],
    ["right > angles", ["acute", "obtuse"], arePredicated],
    ["acute > angles", ["right", "obtuse"], arePredicated],
    ["obtuse > angles", ["right", "acute"], arePredicated],
    ["at right angles", []],
    ["right-angled at", ["obtuse-angled at", "acute-angled at"]],
    ["obtuse-angled at", ["right-angled at", "acute-angled at"]],
    ["inscribed > angle", ["central"], (place) => !captionHas(place, "sector")],
    ["central > angle", ["inscribed"], (place) => !captionHas(place, "sector")],
  ]),
  ...phrases("shape", "quadrilateral-kind", [
    ["isosceles trapezoid", ["right trapezoid", "parallelogram"]],
    ["right|right-angled trapezoid", ["isosceles trapezoid", "parallelogram"]],
    ["parallelogram|▱", ["isosceles trapezoid", "right trapezoid", "rectangle"], noHintOfSpecialShape],
    ["rhombus", ["isosceles trapezoid", "right trapezoid", "square"], noHintOfSpecialShapeBeyondRhombus],
    ["trapezoid", ["parallelogram", "rectangle", "rhombus"]],
    ["trapezium", ["parallelogram", "rectangle", "rhombus"]],
    ["kite", ["parallelogram", "rectangle", "trapezoid"]],
    ["square", ["rhombus with a 60° angle"], endsClause],
    ["rectangle", ["parallelogram with a 60° angle"], endsClause],
    ["square|rectangle", ["circle"], (place) => isAlone(place) && !captionHas(place, "circle", "circles", "semicircle")],
    ["square|rectangle", ["equilateral triangle"], (place) => isAlone(place) && !captionHas(place, "equilateral")],
    ["bases", ["legs"], (place) => captionHas(place, "trapezoid", "trapezium") && (tokenAfter(place)?.points.length ?? 0) === 2],
    ["legs", ["bases"], (place) => captionHas(place, "trapezoid", "trapezium") && !captionHas(place, "triangle") && (tokenAfter(place)?.points.length ?? 0) === 2],
    ["convex > quadrilateral|polygon|pentagon|hexagon", ["concave"]],
    ["concave > quadrilateral|polygon|pentagon|hexagon", ["convex"]],
    ["parallelograms|rectangles|squares|trapezoids|rhombuses|rhombi", []],
  ]),
  ...phrases("shape", "circle-part", [
    ["is|are not > diameter|radius", []],
    ["is the|a diameter of", ["is a radius of", "is a tangent to"], segmentBefore],
    ["are diameters of", ["are radii of", "are tangents to"]],
    ["diameter", ["radius"]],
    ["diameters", ["radii"]],
    ["radius", ["diameter"]],
    ["radii", ["diameters"]],
    ["is the|a chord of", ["is a radius of", "is a tangent to"], segmentBefore],
    ["are chords of", ["are radii of", "are tangents to"]],
    ["inscribed|circumscribed|great|quarter|incircle|circumcircle circle", []],
    ["circle", ["semicircle"], circleDrawnWhole],
    ["semicircle", ["circle"], (place) => !clauseHas(place, "diameter", "radius")],
    ["major > arc|sector", ["minor"]],
    ["minor > arc|sector", ["major"]],
    ["concentric", ["externally tangent", "intersecting"]],
  ]),
  ...phrases("shape", "polygon-kind", [
    ["regular > pentagon|hexagon|heptagon|octagon|nonagon|decagon|polygon", ["irregular"]],
    ["regular pentagon", ["regular hexagon", "regular octagon"], noLongLabelFollows],
    ["regular hexagon", ["regular pentagon", "regular octagon"], noLongLabelFollows],
    ["regular octagon", ["regular hexagon", "regular pentagon"], noLongLabelFollows],
    ["pentagon", ["hexagon", "octagon"], noLongLabelFollows],
    ["hexagon", ["pentagon", "octagon"], noLongLabelFollows],
    ["octagon", ["hexagon", "pentagon"], noLongLabelFollows],
  ]),
  ...phrases("shape", "solid-kind", [
    ["cylinder", ["cone", "sphere"]],
    ["cone", ["cylinder", "sphere"]],
    ["sphere", ["cylinder", "cone"]],
    ["hemisphere", ["cone", "cylinder"]],
    ["cube", ["cylinder", "sphere"]],
  ]),
  ...phrases("shape", "curve-kind", [
    ["parabola", ["hyperbola", "circle", "straight line"]],
    ["hyperbola", ["parabola", "ellipse"]],
    ["ellipse", ["hyperbola", "parabola"]],
    ["opening upward|upwards", ["opening downward"]],
    ["opening downward|downwards", ["opening upward"]],
    ["maximum > value", ["minimum"]],
    ["minimum > value", ["maximum"]],
    ["linear > function|equation", ["quadratic", "cubic"]],
    ["quadratic > function|equation", ["linear", "cubic"]],
    ["cubic > function|equation", ["linear", "quadratic"]],
    ["exponential > function", ["linear", "quadratic"]],
    ["logarithmic > function", ["linear", "quadratic"]],
  ]),
  ...phrases("shape", "passed-over", [
    ["square root|roots|units|unit|meters|metres|centimeters|centimetres|cm|m|feet|inches|kilometers|millimeters|grid|grids", []],
    ["on|to the right|left", []],
    ["right|left side|hand|of", []],
    ["circle > the|around", []],
    ["on the circle|circles|semicircle", []],
    ["on circle|⊙", []],
  ]),
];

function noHintOfSpecialShapeBeyondRhombus(place: PhrasePlace): boolean {
  return !captionHas(place, "square", "rectangle", "right", "kite", "isosceles", "equal", "congruent", "cyclic", "circle") && !/[⊙≅]|\\(?:odot|cong)|\b(?:90|45)\b/.test(place.caption.text);
}

/** A named circle, not one of a sentence about where something lies on it. */
function circleDrawnWhole(place: PhrasePlace): boolean {
  const before = tokenBefore(place)?.lower;
  return (before === "the" || before === "a" || before === "of" || before === "to" || before === "in" || before === undefined) && !captionHas(place, "semicircle", "arc", "sector", "half", "semicircles", "diameter", "diameters");
}

const having = new Set(["has", "have", "contains", "contain", "shows", "show", "includes", "with", "containing", "there"]);

/** Which angle it is is said: a figure with a right angle has acute ones too. */
function isPlacedAngle(place: PhrasePlace): boolean {
  const introduction = place.caption.tokens[place.from - 2]?.lower ?? "";
  const next = place.caption.tokens[place.to + 1];
  return !having.has(introduction) && !(introduction === "is" && clauseHas({ ...place, from: place.caption.clauses[place.clause]!.from }, "there")) || next?.lower === "at" || next?.kind === "label";
}

function arePredicated(place: PhrasePlace): boolean {
  return ["are", "both", "all"].includes(tokenBefore(place)?.lower ?? "") && !clauseHas({ ...place, from: place.caption.clauses[place.clause]!.from }, "there");
}

/** The phrase ends what its clause says: "ABCD is a square." */
function endsClause(place: PhrasePlace): boolean {
  const next = tokenAfter(place);
  const before = tokenBefore(place)?.lower;
  return before === "a" && (next === undefined || next.kind === "symbol" && [".", ",", ";"].includes(next.lower));
}

/** A shape with no letters of its own: another shape can stand in its place. */
function isAlone(place: PhrasePlace): boolean {
  const before = tokenBefore(place)?.lower;
  const next = tokenAfter(place);
  if (before !== "the" && before !== "a" || next?.kind === "label" || next?.lower === "root" || next?.lower === "grid") return false;
  return !place.caption.tokens.some((token) => token.points.length >= 4);
}

/** A label of five points cannot name a hexagon. */
function noLongLabelFollows(place: PhrasePlace): boolean {
  return (tokenAfter(place)?.points.length ?? 0) < 3 && (place.caption.tokens[place.from - 1]?.points.length ?? 0) < 3 && (place.caption.tokens[place.from - 3]?.points.length ?? 0) < 3;
}
