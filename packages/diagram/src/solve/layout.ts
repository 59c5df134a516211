import type { Statement } from "../language/statement.js";
import { facesOf, type Node, outerWalks } from "./faces.js";
import type { Unknowns } from "./unknowns.js";

type Place = [number, number];

/** Rounds of averaging that settle the inner nodes; figures have a few dozen nodes. */
const ROUNDS = 60;

/**
 * A first drawing: the outer walk on a circle, every inner node at the mean of its neighbours (Tutte: How to draw a
 * graph, 1963), which gives each face its counter-clockwise sense. Points outside all faces come near what they stand
 * with. `random` in [0, 1) turns and shakes the drawing by the share `shake` of its size.
 */
export function initialLayout({ statements, unknowns, scale, random, shake }: { statements: readonly Statement[]; unknowns: Unknowns; scale: number; random: () => number; shake: number }): Float64Array {
  const faces = facesOf(statements);
  const places = tutte(faces, random() * 2 * Math.PI);
  placeTheRest(statements, unknowns, places, random);

  const x = new Float64Array(unknowns.count);
  const spread = scale * 1.2;
  for (const [letter, index] of unknowns.points) {
    const [px, py] = places.get(letter) ?? [random() * 2 - 1, random() * 2 - 1];
    x[index] = spread * (px + shake * (random() * 2 - 1));
    x[index + 1] = spread * (py + shake * (random() * 2 - 1));
  }
  placeCircles(statements, unknowns, x, scale);
  for (const index of unknowns.symbols.values()) x[index] = scale * (0.5 + random());
  return x;
}

function tutte(faces: readonly Node[][], start: number): Map<Node, Place> {
  const neighbours = new Map<Node, Set<Node>>();
  for (const face of faces) {
    for (const [index, from] of face.entries()) {
      const to = face[(index + 1) % face.length] as Node;
      if (from === to) continue;
      for (const [one, other] of [[from, to], [to, from]] as const) {
        const set = neighbours.get(one) ?? new Set();
        neighbours.set(one, set.add(other));
      }
    }
  }
  const places = new Map<Node, Place>();
  const fixed = new Map<Node, { place: Place; visits: number }>();
  let offset = 0;
  for (const walk of outerWalks(faces)) {
    // A second walk that touches what is placed is a hole or a part that hangs on; its nodes settle by averaging.
    if (walk.some((node) => fixed.has(node))) continue;
    for (const [index, node] of walk.entries()) {
      const angle = start + (2 * Math.PI * index) / walk.length;
      const place: Place = [offset + Math.cos(angle), Math.sin(angle)];
      const before = fixed.get(node);
      if (before === undefined) fixed.set(node, { place, visits: 1 });
      else {
        before.place = [before.place[0] + place[0], before.place[1] + place[1]];
        before.visits += 1;
      }
    }
    offset += 2.5;
  }
  for (const [node, { place, visits }] of fixed) places.set(node, [place[0] / visits, place[1] / visits]);
  const inner = [...neighbours.keys()].filter((node) => !fixed.has(node));
  for (const node of inner) places.set(node, [0, 0]);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const node of inner) {
      const around = [...(neighbours.get(node) ?? [])].map((other) => places.get(other) ?? [0, 0]);
      places.set(node, [mean(around, 0), mean(around, 1)]);
    }
  }
  return places;
}

function mean(list: readonly (readonly number[])[], axis: number): number {
  return list.length === 0 ? 0 : list.reduce((sum, place) => sum + (place[axis] as number), 0) / list.length;
}

/** Points that no face has: on a line with others, on a circle, or anywhere. */
function placeTheRest(statements: readonly Statement[], unknowns: Unknowns, places: Map<Node, Place>, random: () => number): void {
  for (let round = 0; round < 3; round += 1) {
    for (const statement of statements) {
      if (statement.kind !== "relation") continue;
      if (statement.name === "Collinear") placeOnLine(statement.arguments[0] ?? "", places);
      if (statement.name === "Cocircular") placeOnCircle(statement.arguments, places, random);
      if (statement.name === "IsMidpointOfLine") placeBetween(statement.arguments[0] ?? "", statement.arguments[1] ?? "", places);
      if (statement.name === "IsCentreOfCircle") placeBetween(statement.arguments[0] ?? "", pointsOnCircle(statements, statement.arguments[1] ?? ""), places);
    }
  }
  for (const letter of unknowns.points.keys()) {
    if (places.has(letter)) continue;
    const angle = random() * 2 * Math.PI;
    places.set(letter, [1.2 * Math.cos(angle) * random(), 1.2 * Math.sin(angle) * random()]);
  }
}

/** A point that has no place yet goes to the middle of others that have one. */
function placeBetween(letter: string, others: string, places: Map<Node, Place>): void {
  const known = Array.from(others, (other) => places.get(other)).filter((place) => place !== undefined);
  if (!places.has(letter) && known.length >= 2) places.set(letter, [mean(known, 0), mean(known, 1)]);
}

function placeOnLine(letters: string, places: Map<Node, Place>): void {
  const list = Array.from(letters);
  const known = list.flatMap((letter, index) => (places.has(letter) ? [index] : []));
  if (known.length < 2) return;
  const at = (index: number): Place => places.get(list[index] as string) as Place;
  for (const [index, letter] of list.entries()) {
    if (places.has(letter)) continue;
    const before = known.filter((other) => other < index);
    const after = known.filter((other) => other > index);
    const [from, to] = before.length > 0 && after.length > 0 ? [before[before.length - 1] as number, after[0] as number] : before.length >= 2 ? [before[before.length - 2] as number, before[before.length - 1] as number] : [after[0] as number, after[1] as number];
    const share = (index - from) / (to - from);
    places.set(letter, [at(from)[0] + share * (at(to)[0] - at(from)[0]), at(from)[1] + share * (at(to)[1] - at(from)[1])]);
  }
}

function placeOnCircle(list: readonly string[], places: Map<Node, Place>, random: () => number): void {
  const letters = Array.from(list[1] ?? "");
  if (letters.length === 0 || letters.some((letter) => places.has(letter))) return;
  const start = random() * 2 * Math.PI;
  const center = places.get(list[0] ?? "") ?? [0, 0];
  for (const [index, letter] of letters.entries()) {
    const angle = start + (2 * Math.PI * index) / letters.length;
    places.set(letter, [center[0] + Math.cos(angle), center[1] + Math.sin(angle)]);
  }
}

/** A circle starts through the middle of its points, as wide as they lie. */
function placeCircles(statements: readonly Statement[], unknowns: Unknowns, x: Float64Array, scale: number): void {
  const shared = new Set(unknowns.points.values());
  for (const [letter, { center, radius }] of unknowns.circles) {
    const points = Array.from(pointsOnCircle(statements, letter), (name): Place => {
      const index = unknowns.points.get(name) ?? 0;
      return [x[index] as number, x[index + 1] as number];
    });
    if (!shared.has(center)) {
      // One point tells no centre; the circle passes through it.
      x[center] = mean(points, 0) + (points.length === 1 ? scale : 0);
      x[center + 1] = mean(points, 1);
    }
    const distances = points.map(([px, py]) => Math.hypot(px - (x[center] as number), py - (x[center + 1] as number)));
    x[radius] = distances.length === 0 ? scale * 0.7 : Math.max(scale * 0.1, distances.reduce((sum, value) => sum + value, 0) / distances.length);
  }
}

/** The letters of the points that the construction puts on a circle. */
function pointsOnCircle(statements: readonly Statement[], circle: string): string {
  const letters = statements.flatMap((statement) => {
    if (statement.kind !== "relation") return [];
    const { name, arguments: list } = statement;
    if (name === "Cocircular" && list[0] === circle) return [...(list[1] ?? "")];
    return name === "Shape" ? list.flatMap((piece) => (piece.length === 3 && piece.startsWith(circle) ? Array.from(piece.slice(1)) : [])) : [];
  });
  return [...new Set(letters)].join("");
}
