import { readFormalGeo, readProblemStatements, solve } from "@mmgeo/diagram";
import { ruleNegativesOfText } from "@mmgeo/negatives";
import { clausesOf, truthOfClause } from "./negatives-truth.mjs";

/** Circles of which the pieces that are drawn span no more than half a turn. */
function halfCirclesOf(statements, scene) {
  const spans = new Map();
  for (const statement of statements) {
    if (statement.kind !== "relation" || statement.name !== "Shape") continue;
    for (const piece of statement.arguments) {
      if (piece.length !== 3) continue;
      const { center } = scene.circles[piece[0]] ?? {};
      const [from, to] = [scene.points[piece[1]], scene.points[piece[2]]];
      if (center === undefined || from === undefined || to === undefined) continue;
      const direction = ([x, y]) => (Math.atan2(y - center[1], x - center[0]) * 180) / Math.PI;
      const pieces = spans.get(piece[0]) ?? new Map();
      pieces.set(piece, (direction(to) - direction(from) + 720) % 360);
      spans.set(piece[0], pieces);
    }
  }
  return new Set([...spans].filter(([, pieces]) => [...pieces.values()].reduce((sum, turn) => sum + turn, 0) < 181).map(([circle]) => circle));
}

/**
 * How many text-only negatives of FormalGeo's captions are true of the drawing after all. Problems are solved to coordinates; each negative's
 * edited clauses are read by `truthOfClause`. A negative is a false negative if all its edited clauses hold; one with a clause that is
 * false is a true negative whatever its other clauses say.
 */
export async function measureFalseNegatives({ directory, every = 4, perCaption = 10, seed = 1 }) {
  const result = { problems: 0, solved: 0, negatives: 0, falseNegatives: 0, unread: 0, edits: {}, examples: [] };
  let index = 0;
  for await (const problem of readFormalGeo(directory)) {
    index += 1;
    if (index % every !== 0) continue;
    result.problems += 1;
    const caption = problem.question?.text ?? "";
    const solved = solve({ statements: readProblemStatements(problem).all, seed: 1, attempts: 4 });
    if (!solved.ok) continue;
    result.solved += 1;
    const halfCircles = halfCirclesOf(solved.statements, solved.scene);
    const before = clausesOf(caption);
    for (const negative of ruleNegativesOfText({ id: problem.id, caption }, { count: perCaption, seed }).negatives) {
      const after = clausesOf(negative.caption);
      if (after.length !== before.length) {
        result.unread += 1;
        continue;
      }
      const changed = after.flatMap((clause, place) => (clause === before[place] ? [] : [{ before: before[place], after: clause, truth: truthOfClause(clause, solved.scene, halfCircles), was: truthOfClause(before[place], solved.scene, halfCircles) }]));
      for (const { before: from, after: to, truth, was } of changed) {
        const kind = `${from.replace(/[A-Z]+/g, "L").replace(/\d+(?:\.\d+)?/g, "N")} -> ${to.replace(/[A-Z]+/g, "L").replace(/\d+(?:\.\d+)?/g, "N")}`;
        const counts = (result.edits[kind] ??= { true: 0, false: 0, unread: 0, doubted: 0 });
        counts[truth === null ? "unread" : String(truth)] += 1;
        if (was === false) counts.doubted += 1;
        if (truth === true && result.examples.length < 400) result.examples.push({ id: problem.id, from, to, caption });
      }
      const truths = changed.map(({ truth }) => truth);
      if (truths.includes(false)) result.negatives += 1;
      else if (truths.includes(null)) result.unread += 1;
      else {
        result.negatives += 1;
        result.falseNegatives += 1;
      }
    }
  }
  return { ...result, share: result.falseNegatives / result.negatives };
}
