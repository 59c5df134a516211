import { closedWalk, type Step } from "../language/loop.js";
import type { Statement } from "../language/statement.js";

/** A node of the drawing's planar graph: a point letter, or `~key` for the middle of an arc, so that arcs and chords are different edges. */
export type Node = string;

/** The faces of a drawing, each walked counter-clockwise, arcs with a node in their middle. */
export function facesOf(statements: readonly Statement[]): Node[][] {
  const faces: Node[][] = [];
  for (const statement of statements) {
    if (statement.kind !== "relation" || statement.name !== "Shape") continue;
    const walk = closedWalk(statement.arguments);
    if (walk === null) continue;
    const nodes = walk.flatMap((step) => (step.arc === null ? [step.from] : [step.from, arcNode(step)]));
    if (nodes.length >= 3) faces.push(nodes);
  }
  return [...faces, ...discsOf(statements, faces)];
}

/**
 * Discs that only other faces touch: where all arcs around a circle are walked backwards by its neighbours, as in a
 * figure about its inscribed circle, the disc is a face that the program need not name.
 */
function discsOf(statements: readonly Statement[], faces: readonly Node[][]): Node[][] {
  const edges = new Set(faces.flatMap((face) => face.map((from, index) => `${from}>${face[(index + 1) % face.length] as Node}`)));
  const discs: Node[][] = [];
  for (const statement of statements) {
    if (statement.kind !== "relation" || statement.name !== "Cocircular") continue;
    const [circle = "", letters = ""] = statement.arguments;
    if (letters.length < 2) continue;
    const disc = Array.from(letters).flatMap((letter, index) => [letter, `~${circle}${letter}${letters.charAt((index + 1) % letters.length)}`]);
    const walked = disc.every((from, index) => {
      const to = disc[(index + 1) % disc.length] as Node;
      return edges.has(`${to}>${from}`) && !edges.has(`${from}>${to}`);
    });
    if (walked) discs.push(disc);
  }
  return discs;
}

function arcNode({ from, to, arc }: Step): Node {
  if (arc === null) return from;
  return arc.counterClockwise ? `~${arc.circle}${from}${to}` : `~${arc.circle}${to}${from}`;
}

/**
 * The outer walks of the planar graph: edges that one face has and no face has the other way round, joined into
 * counter-clockwise tours. A point where several parts meet occurs once a visit.
 */
export function outerWalks(faces: readonly Node[][]): Node[][] {
  const edges = new Map<string, { from: Node; to: Node }>();
  for (const face of faces) {
    for (const [index, from] of face.entries()) {
      const to = face[(index + 1) % face.length] as Node;
      const opposite = `${to}>${from}`;
      if (edges.has(opposite)) edges.delete(opposite);
      else edges.set(`${from}>${to}`, { from, to });
    }
  }
  const leaving = new Map<Node, Node[]>();
  for (const { from, to } of edges.values()) leaving.set(from, [...(leaving.get(from) ?? []), to]);
  const walks: Node[][] = [];
  for (const start of leaving.keys()) {
    // Hierholzer's tour of the edges that are left; every node has as many edges in as out.
    const stack: Node[] = [start];
    const tour: Node[] = [];
    while (stack.length > 0) {
      const node = stack[stack.length - 1] as Node;
      const next = leaving.get(node)?.pop();
      if (next === undefined) tour.push(stack.pop() as Node);
      else stack.push(next);
    }
    if (tour.length > 3) walks.push(tour.reverse().slice(0, -1));
  }
  return walks;
}
