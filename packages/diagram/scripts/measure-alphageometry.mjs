/**
 * Measures the AlphaGeometry reader on jgex_ag.txt: how many problems are built with every statement holding, and how
 * many conjectures the drawing proves right.
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/measure-alphageometry.mjs [--seed 1] [--verbose]
 */
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({ options: { seed: { type: "string", default: "1" }, verbose: { type: "boolean", default: false }, module: { type: "string", default: new URL("../dist/index.js", import.meta.url).href } } });
const { checkStatement, formatStatement, parseStatement, readAlphaGeometry, readProblemStatements, solve } = await import(flags.module);
const data = process.env.MMGEO_DATA ?? new URL("../../../../shared/data", import.meta.url).pathname;

let [read, built, conjectures] = [0, 0, 0];
const times = [];
let started = performance.now();
for await (const problem of readAlphaGeometry(`${data}/alphageometry`, { seed: Number(flags.seed) })) {
  read += 1;
  const { all } = readProblemStatements(problem);
  const result = problem.start === undefined ? { ok: false, reason: { message: "no sketch" } } : solve({ statements: all, seed: Number(flags.seed), start: problem.start });
  times.push(performance.now() - started);
  started = performance.now();
  if (!result.ok) {
    if (flags.verbose) {
    const { all: statements } = readProblemStatements(problem);
    const wrong = problem.start === undefined ? [] : statements.filter((statement) => checkStatement(statement, problem.start).verdict !== "true").map(formatStatement);
    console.log(`${problem.id} not built: ${result.reason.message} ${wrong.join(" ")}`);
    }
    continue;
  }
  built += 1;
  const goal = problem.question === null ? null : parseStatement(problem.question.goal);
  // the goal's own circle is on the sketch and not on the drawing of the premises
  const scene = { ...result.scene, circles: { ...problem.start.circles, ...result.scene.circles } };
  const verdict = goal === null ? "no goal" : checkStatement(goal, scene).verdict;
  if (verdict === "true") conjectures += 1;
  else if (flags.verbose) console.log(`${problem.id} conjecture ${verdict}: ${problem.question?.goal}`);
}
times.sort((a, b) => a - b);
console.log(`read ${read}, built and proven ${built} (${((100 * built) / read).toFixed(1)} %), conjectures true ${conjectures}`);
console.log(`from text: median ${times[Math.floor(read / 2)].toFixed(2)} ms, p95 ${times[Math.floor(read * 0.95)].toFixed(1)} ms`);
