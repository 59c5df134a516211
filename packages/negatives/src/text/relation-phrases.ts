import { both, captionHas, clauseHas, phrases, segmentBefore, tokenAfter, tokenBefore, type Phrase, type PhrasePlace } from "./phrase.js";

/** Nothing says where it touches: "tangent to circle O at B" has no chord or diameter in its place. */
const noPlaceFollows = (place: PhrasePlace): boolean => !clauseHas(place, "at", "with", "through");
const lineBefore = (place: PhrasePlace): boolean => segmentBefore(place) || (tokenBefore(place)?.kind === "word" && (tokenBefore(place)?.text.length ?? 0) === 1);
const circleAfter = (place: PhrasePlace): boolean => ["circle", "⊙", "⨀", "☉", "the", "it"].includes(tokenAfter(place)?.lower ?? "") || tokenAfter(place)?.kind === "label";
const quantityAfter = (place: PhrasePlace): boolean => {
  const next = tokenAfter(place);
  return next !== undefined && next.kind !== "number" && (next.kind === "label" || ["∠", "angle", "the", "that", "arc", "⌒", "segment", "line", "side"].includes(next.lower));
};
/** A triangle's centres fall together when it is equilateral; a caption that hints at that, or names the other centre, is left alone. */
const plainTriangle = (place: PhrasePlace): boolean => !captionHas(place, "equilateral", "regular", "isosceles", "equal");

/** How lines, circles and figures stand to each other. */
export const relationPhrases: Phrase[] = [
  ...phrases("relation", "parallel-perpendicular", [
    ["is|are not > parallel|perpendicular", []],
    ["is the|a perpendicular bisector of", ["is parallel to"], segmentBefore],
    ["perpendicular|perpendicularly bisects", ["is parallel to"], segmentBefore],
    ["perpendicular bisector|bisectors|line|from|foot|distance|height|drop", []],
    ["foot of the perpendicular", []],
    ["a|the perpendicular > from|to|at|through|of|dropped|drawn", []],
    ["the parallel sides of", ["the non-parallel sides of"]],
    ["the non-parallel sides of", ["the parallel sides of"]],
    ["the non-parallel sides ( legs ) of", ["the parallel sides of"]],
    ["parallel sides|side", []],
    ["is parallel", ["is perpendicular"], (place) => !placeFollows(place)],
    ["parallel", ["perpendicular"], lineRelation],
    ["perpendicular", ["parallel"], lineRelation],
    ["∥", ["⊥"]],
    ["‖", ["⊥"]],
    ["//", ["⊥"], (place) => tokenBefore(place)?.kind === "label" && tokenAfter(place)?.kind === "label"],
    ["⊥", ["∥"], (place) => !clauseHas(place, "at")],
  ]),
  ...phrases("relation", "equal-unequal", [
    ["is|are not > equal|congruent", []],
    ["is equal to", ["is twice", "is half of"], quantityAfter],
    ["is equal to", ["is greater than", "is less than"]],
    ["equals", ["is greater than", "is less than"]],
    ["is congruent to", ["is twice as large as"], (place) => !clauseHas(place, "by")],
    ["is mirror congruent to", ["is twice as large as"]],
    ["are equal > .|,|in", ["are unequal"]],
    ["equal > sides|legs|arcs|chords|angles|segments", ["unequal"], (place) => nounWithLabels(place)],
    ["of equal length", ["of unequal length"]],
    ...["long", "large", "wide", "tall", "big"].flatMap((size): [string, string[]][] => [
      [`is twice as ${size} as`, [`is half as ${size} as`, `is three times as ${size} as`, `is as ${size} as`]],
      [`is three times as ${size} as`, [`is twice as ${size} as`, `is as ${size} as`]],
      [`is half as ${size} as`, [`is twice as ${size} as`, `is as ${size} as`]],
    ]),
    ["is the same length as", ["is twice as long as", "is half as long as"]],
    ["is as long as", ["is twice as long as"]],
    ["has the same area as", ["has twice the area of"]],
    ["is longer than", ["is shorter than"]],
    ["is shorter than", ["is longer than"]],
    ["longest > side|chord|diagonal|segment|edge", ["shortest"]],
    ["shortest > side|chord|diagonal|segment|edge", ["longest"]],
    ["largest > angle|circle|square|triangle", ["smallest"]],
    ["smallest > angle|circle|square|triangle", ["largest"]],
    ["larger > circle|square|triangle|rectangle|sector", ["smaller"], (place) => captionHas(place, "smaller")],
    ["smaller > circle|square|triangle|rectangle|sector", ["larger"], (place) => captionHas(place, "larger")],
    ["is greater|larger than", ["is less than"]],
    ["is less|smaller than", ["is greater than"]],
    ["is mirror similar to", []],
  ]),
  ...phrases("relation", "similar-congruent", [
    ["is similar to", ["is congruent to"], (place) => !captionHas(place, "congruent", "equal") && /\d/.test(place.caption.text) && !/≅/.test(place.caption.text) && tokenBefore(place)?.kind === "label"],
    ["∽|∼", ["≅"], (place) => !captionHas(place, "congruent")],
    ["similarly|congruently", []],
  ]),
  ...phrases("relation", "tangent", [
    ["tangent > of|function", []],
    ["externally > tangent", ["internally"]],
    ["internally > tangent", ["externally"]],
    ["tangent externally", ["tangent internally"]],
    ["tangent internally", ["tangent externally"]],
    ["are tangent lines to", ["are secant lines of"]],
    ["is a|the tangent line to", ["is a secant line of"]],
    ["externally", ["internally"], (place) => captionHas(place, "touch", "touches", "touching")],
    ["internally", ["externally"], (place) => captionHas(place, "touch", "touches", "touching")],
    ["is tangent to > line|side|segment", ["crosses"], (place) => tokenBefore(place)?.points.length === 1],
    ["touches > circle|⊙|the", ["crosses"]],
    ["touches", ["crosses"], (place) => tokenAfter(place)?.points.length === 2],
    ["is the|a tangent to|of", ["is a chord of", "is a diameter of", "is a radius of"], (place) => segmentBefore(place) && circleAfter(place) && noPlaceFollows(place)],
    ["is tangent to", ["is a chord of", "is a diameter of", "is a radius of"], (place) => segmentBefore(place) && circleAfter(place) && noPlaceFollows(place)],
    ["is tangent to", ["passes through the center of"], (place) => lineBefore(place) && circleAfter(place) && noPlaceFollows(place)],
    ["is tangent to", ["crosses"], (place) => lineBefore(place) && circleAfter(place)],
    ["is tangent to", ["is concentric with"], (place) => !lineBefore(place) && tokenBefore(place)?.kind === "label" && circleAfter(place) && noPlaceFollows(place)],
    ["are tangent|tangents to", ["are chords of", "are radii of"], (place) => segmentBefore(place) && circleAfter(place) && noPlaceFollows(place)],
    ["the tangent to", ["the diameter of", "the chord of", "the radius of"], (place) => circleAfter(place) && noPlaceFollows(place)],
  ]),
  ...phrases("relation", "inside-outside", [
    ...both("inside", "outside"),
    ["lie|are on > circle|⊙", ["lie inside", "lie outside"]],
    ["lie|are on the circle", ["lie inside the circle", "lie outside the circle"]],
    ["lies|is on > circle|⊙", ["lies inside", "lies outside"]],
    ["lies|is on the circle", ["lies inside the circle", "lies outside the circle"]],
    ["a point on > circle|⊙", ["a point inside", "a point outside"]],
    ["a point on the circle", ["a point inside the circle", "a point outside the circle"]],
    ["points on > circle|⊙", ["points inside", "points outside"]],
    ["points on the circle", ["points inside the circle", "points outside the circle"]],
    ["external > point", ["interior"]],
    ["on the same side of", ["on opposite sides of"]],
    ["on opposite sides of", ["on the same side of"]],
    ["is|lies on the extension of", ["is the midpoint of"], (place) => segmentAfter(place) && tokenBefore(place)?.points.length === 1],
    ["is inscribed in", ["is circumscribed about"]],
    ["inscribed in", ["circumscribed about"], (place) => tokenBefore(place)?.lower !== "angle"],
    ["circumscribed about|around", ["inscribed in"]],
    ["on the extension of", ["between the ends of"], (place) => segmentAfter(place)],
    ["interior > angle", ["exterior"]],
    ["exterior > angle", ["interior"]],
  ]),
  ...phrases("relation", "center-of-triangle", [
    ["the center of the inscribed circle of", ["the centroid of", "the orthocenter of"], plainTriangle],
    ["incenter", ["circumcenter", "orthocenter", "centroid"], (place) => plainTriangle(place) && !captionHas(place, "circumcenter", "orthocenter", "centroid")],
    ["circumcenter", ["incenter", "orthocenter", "centroid"], (place) => plainTriangle(place) && !captionHas(place, "incenter", "orthocenter", "centroid")],
    ["orthocenter", ["incenter", "circumcenter", "centroid"], (place) => plainTriangle(place) && !captionHas(place, "circumcenter", "incenter", "centroid")],
    ["centroid", ["incenter", "circumcenter", "orthocenter"], (place) => plainTriangle(place) && !captionHas(place, "circumcenter", "orthocenter", "incenter")],
  ]),
  ...phrases("relation", "bisector", [
    ["bisects", ["trisects"]],
    ["bisect > each|the|angle|∠", ["trisect"]],
    ["bisecting", ["trisecting"]],
    ["the midpoints of", ["the trisection points of"]],
    ["is a|the midline of", ["is a median of"], triangleAfter],
    ["angle > bisector of", []],
    ["is the|an angle bisector of", ["is a trisector of"]],
    ["is the|a bisector of", ["is a trisector of"]],
    ["are the angle bisectors of", ["are angle trisectors of"]],
    ["is the|a midpoint of", ["is an endpoint of", "is a trisection point of"]],
    ["are the midpoints of", ["are endpoints of", "are trisection points of"]],
    ["is the|a midsegment of", ["is a median of"], triangleAfter],
    ["is the|a median of", ["is a midsegment of"], triangleAfter],
    ["is the|an altitude of", ["is a midsegment of"], triangleAfter],
    ["are the altitudes|medians of", ["are midsegments of"], triangleAfter],
    ["are altitudes|medians of", ["are midsegments of"], triangleAfter],
    ["is the|a hypotenuse", ["is a leg"]],
  ]),
  ...phrases("relation", "opposite-adjacent", [
    ["opposite > sides|angles|vertices", ["adjacent"], (place) => !captionHas(place, "equal")],
    ["adjacent > sides|angles|vertices", ["opposite"], (place) => tokenBefore(place)?.lower !== "supplementary"],
    ["vertical angles", ["adjacent angles"]],
    ["alternate interior angles", ["corresponding angles", "vertical angles"]],
    ["alternate exterior angles", ["corresponding angles", "vertical angles"]],
    ["corresponding angles", ["alternate interior angles", "vertical angles"], (place) => tokenBefore(place)?.lower === "are"],
    ...both("complementary", "supplementary"),
  ]),
  ...phrases("relation", "direction", [
    ["horizontal > line|lines|segment|side|axis", ["vertical"]],
    ["vertical > line|lines|segment|side|axis", ["horizontal"]],
    ...both("clockwise", "counterclockwise").map(unlessHalfTurn),
    ...both("clockwise", "anticlockwise").slice(1).map(unlessHalfTurn),
    ["above > the", ["below"], (place) => liesBefore(place)],
    ["below > the", ["above"], (place) => liesBefore(place)],
    ["is increasing", ["is decreasing"]],
    ["is decreasing", ["is increasing"]],
    ["symmetric about|around the y-axis", ["symmetric about the x-axis"]],
    ["intersects|crosses|meets the y-axis at", ["crosses the x-axis at"], (place) => !clauseHas(place, "origin")],
    ["positive > slope", ["negative"]],
    ["negative > slope", ["positive"]],
    ["concave up|upward", ["concave down"]],
    ["concave down|downward", ["concave up"]],
    ["opens upward|upwards", ["opens downward"]],
    ["opens downward|downwards", ["opens upward"]],
    ...both("directly above", "directly below"),
    ["to the left of", ["to the right of"]],
    ["to the right of", ["to the left of"]],
    ...both("monotonically increasing", "monotonically decreasing"),
  ]),
];

/** A half turn is the same either way. */
function unlessHalfTurn([from, to]: [string, string[], ...unknown[]]): [string, string[], (place: PhrasePlace) => boolean] {
  return [from, to, (place) => !place.caption.numbers.has(180)];
}

function liesBefore(place: PhrasePlace): boolean {
  const before = tokenBefore(place)?.lower ?? "";
  return ["is", "are", "lies", "lie", "located", "directly"].includes(before);
}

/** "equal sides AB and CD": which they are is said, so that unequal ones are no others. */
function nounWithLabels(place: PhrasePlace): boolean {
  return (place.caption.tokens[place.to + 1]?.points.length ?? 0) >= 2;
}

/** Where the lines meet is said next: "perpendicular to BC at D". */
function placeFollows({ caption, to, clause }: PhrasePlace): boolean {
  const end = Math.min(to + 5, caption.clauses[clause]!.to);
  for (let index = to; index < end; index += 1) if (caption.tokens[index]!.lower === "at") return caption.tokens[index - 1]!.lower !== "meet" && caption.tokens[index - 1]!.lower !== "intersect";
  return false;
}

function segmentAfter(place: PhrasePlace): boolean {
  const next = tokenAfter(place);
  return next !== undefined && (next.points.length === 2 || (["side", "segment"].includes(next.lower) && place.caption.tokens[place.to + 1]?.points.length === 2));
}

function triangleAfter(place: PhrasePlace): boolean {
  const next = tokenAfter(place);
  return next !== undefined && (["triangle", "△"].includes(next.lower) || next.points.length === 3);
}

/** "parallel" or "perpendicular" said of two lines, and not a noun ("draw a perpendicular"), nor "perpendicular at D". */
function lineRelation(place: PhrasePlace): boolean {
  const before = tokenBefore(place);
  const next = tokenAfter(place);
  if (next?.lower === "to" || next?.kind === "label" || next?.lower === "lines" || next?.lower === "segments") return before?.lower !== "a" && before?.lower !== "not" && before?.lower !== "the" && before?.lower !== "equal" && !placeFollows(place);
  return (before?.lower === "are" || before?.lower === "mutually") && (next === undefined || [".", ",", ";"].includes(next.lower));
}
