/** One piece of a walk around a `Shape`: a segment or an arc from `from` to `to`. */
export interface Step {
  from: string;
  to: string;
  /** The circle of an arc, and whether the walk follows it counter-clockwise; null for a segment. */
  arc: { circle: string; counterClockwise: boolean } | null;
}

/**
 * Orders the pieces of a `Shape` into a closed walk. Pieces may be walked backwards. Null where they do not join or
 * close: real annotations have some such.
 */
export function closedWalk(pieces: readonly string[]): Step[] | null {
  if (pieces.some((piece) => piece.length < 2)) return null;
  for (const backwards of [false, true]) {
    const steps = walkFrom(pieces, backwards);
    if (steps !== null) return steps;
  }
  return null;
}

function walkFrom(pieces: readonly string[], backwards: boolean): Step[] | null {
  const first = stepOf(pieces[0] ?? "", backwards);
  const steps: Step[] = [first];
  let place = first.to;
  for (const piece of pieces.slice(1)) {
    const forward = stepOf(piece, false);
    const step = forward.from === place ? forward : stepOf(piece, true);
    if (step.from !== place) return null;
    steps.push(step);
    place = step.to;
  }
  return place === first.from ? steps : null;
}

function stepOf(piece: string, backwards: boolean): Step {
  const [start, end] = [piece.charAt(piece.length - 2), piece.charAt(piece.length - 1)];
  const circle = piece.length === 3 ? piece.charAt(0) : null;
  return { from: backwards ? end : start, to: backwards ? start : end, arc: circle === null ? null : { circle, counterClockwise: !backwards } };
}
