import type { Scene } from "@mmgeo/dataset";

/** How level a segment has to be to count, radians. */
const LEVEL = 0.01;

/**
 * Turns a drawing the way textbooks print it: with as much of its lines level as can be, the longest of them at the
 * foot, and as much of the rest upright. Turning changes no statement.
 */
export function upright(scene: Scene, segments: readonly (readonly [string, string])[]): Scene {
  const places = Object.values(scene.points);
  const vectors = segments.flatMap(([from, to]) => {
    const [a, b] = [scene.points[from], scene.points[to]];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b, size: Math.hypot(b[0] - a[0], b[1] - a[1]), angle: Math.atan2(b[1] - a[1], b[0] - a[0]) }];
  });
  let best = { turn: 0, score: Number.NEGATIVE_INFINITY };
  for (const { angle } of vectors) {
    for (const turn of [-angle, Math.PI - angle]) {
      const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
      const height = ([x, y]: readonly [number, number]): number => sine * x + cosine * y;
      const heights = places.map(height);
      const [low, high] = [Math.min(...heights), Math.max(...heights)];
      let score = 0;
      for (const vector of vectors) {
        const slope = Math.abs(Math.sin(vector.angle + turn));
        if (slope < LEVEL) score += vector.size * (1 + 0.6 * (1 - (height(vector.from) - low) / (high - low || 1)));
        else if (slope > Math.cos(LEVEL)) score += vector.size * 0.4;
      }
      if (score > best.score * (1 + 1e-9) + 1e-12) best = { turn, score };
    }
  }
  return vectors.length === 0 ? scene : turned(scene, best.turn);
}

function turned(scene: Scene, turn: number): Scene {
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  const move = ([x, y]: readonly [number, number]): [number, number] => [cosine * x - sine * y, sine * x + cosine * y];
  return {
    points: Object.fromEntries(Object.entries(scene.points).map(([letter, at]) => [letter, move(at)])),
    circles: Object.fromEntries(Object.entries(scene.circles).map(([letter, circle]) => [letter, { center: move(circle.center), radius: circle.radius }])),
    symbols: scene.symbols,
  };
}
