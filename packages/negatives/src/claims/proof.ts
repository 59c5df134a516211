import { checkStatement, namesOf, parseStatement, type Statement } from "@mmgeo/diagram";
import type { Scene } from "@mmgeo/dataset";

/** What the checker makes of a caption's claims on a figure. */
export interface Verdicts {
  /** claims visibly false of it */
  false: string[];
  /** claims that hold */
  true: string[];
  /** claims that name a point or circle the figure has not got */
  absent: string[];
  /** claims too close to call, not measurable, or unreadable */
  undecided: string[];
}

function parseClaim(claim: string): Statement | null {
  try {
    return parseStatement(claim);
  } catch {
    return null;
  }
}

const parsed = new Map<string, Statement | null>();
/** A corpus repeats its claims; beyond this many the memory of them starts anew. */
const maximumParsed = 200_000;

/** The statement of a claim, or null where it is none. */
export function statementOf(claim: string): Statement | null {
  let statement = parsed.get(claim);
  if (statement === undefined) {
    if (parsed.size >= maximumParsed) parsed.clear();
    statement = parseClaim(claim);
    parsed.set(claim, statement);
  }
  return statement;
}

/** Judges claims on a figure by the diagram package's checker, read as English. */
export function judgeClaims(claims: readonly string[], scene: Scene): Verdicts {
  const verdicts: Verdicts = { false: [], true: [], absent: [], undecided: [] };
  for (const claim of claims) {
    const statement = statementOf(claim);
    if (statement === null) {
      verdicts.undecided.push(claim);
      continue;
    }
    const { points, circles } = namesOf([statement]);
    if (points.some((point) => scene.points[point] === undefined) || circles.some((circle) => scene.circles[circle] === undefined)) {
      verdicts.absent.push(claim);
      continue;
    }
    verdicts[checkStatement(statement, scene, { reading: "english" }).verdict].push(claim);
  }
  return verdicts;
}
