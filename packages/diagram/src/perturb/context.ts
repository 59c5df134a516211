import type { Statement } from "../language/statement.js";
import { namesOf } from "../language/points.js";
import { unmarked } from "../draw/figure.js";

/** What an edit may name: only labels that are in the figure, and for choice lines that are drawn. */
export interface EditContext {
  points: readonly string[];
  circles: readonly string[];
  /** Whether a reader sees the segment between two points: a piece of a shape, or part of a drawn line. */
  isDrawn(from: string, to: string): boolean;
}

export function editContextOf(statements: readonly Statement[]): EditContext {
  const plain = unmarked(statements);
  const { points, circles } = namesOf(plain);
  const drawn = new Set<string>();
  const key = (from: string, to: string): string => (from < to ? from + to : to + from);
  for (const statement of plain) {
    if (statement.kind !== "relation") continue;
    if (statement.name === "Shape") for (const piece of statement.arguments) if (piece.length === 2) drawn.add(key(piece.charAt(0), piece.charAt(1)));
  }
  for (const statement of plain) {
    if (statement.kind !== "relation" || statement.name !== "Collinear") continue;
    const line = [...(statement.arguments[0] ?? "")];
    // A stretch of the line is seen where each of its steps is drawn.
    for (let from = 0; from < line.length; from += 1) {
      for (let to = from + 1; to < line.length; to += 1) {
        if (!drawn.has(key(line[to - 1] ?? "", line[to] ?? ""))) break;
        drawn.add(key(line[from] ?? "", line[to] ?? ""));
      }
    }
  }
  const lone = new Set(circles.filter((circle) => !points.includes(circle)));
  return { points: points.filter((point) => !lone.has(point)), circles, isDrawn: (from, to) => drawn.size === 0 || drawn.has(key(from, to)) };
}
