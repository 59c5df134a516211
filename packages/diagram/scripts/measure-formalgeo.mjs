/**
 * Measures the solver on FormalGeo7k: how many problems are built with every readable statement holding, how many of
 * those measure the published answer, how long it takes, and why the others are not built.
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/measure-formalgeo.mjs [--sample 300] [--seed 1] [--ids 1,2,3] [--attempts 16] [--explain] [--verbose]
 */
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    ids: { type: "string" },
    explain: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    attempts: { type: "string" },
    module: { type: "string", default: new URL("../dist/index.js", import.meta.url).href },
  },
});
const { constantValue, measure, parseExpression, readFormalGeo, readProblemStatements, repairStatement, solve } = await import(flags.module);

const data = process.env.MMGEO_DATA ?? new URL("../../../../shared/data", import.meta.url).pathname;
const problems = [];
for await (const problem of readFormalGeo(`${data}/formalgeo7k`, { ids: flags.ids?.split(",") })) problems.push(problem);

/** A seeded sample: problems in the order of a hash of their ids. */
function sampleOf(list, count, seed) {
  const hash = (text) => [...`${seed}:${text}`].reduce((sum, character) => Math.imul(sum ^ character.codePointAt(0), 16777619) >>> 0, 2166136261);
  return [...list].sort((a, b) => hash(a.id) - hash(b.id)).slice(0, count);
}
const chosen = flags.sample === undefined ? problems : sampleOf(problems, Number(flags.sample), flags.seed);

/** The goal as a statement, which tells which way round its angles are meant. */
function goalOf({ question }) {
  try {
    return [repairStatement(question.goal).statement].filter(({ kind }) => kind === "value");
  } catch {
    return [];
  }
}

/** The goal's measured value less the published one, as a share; null where either cannot be read. */
function goalError({ goal, answer }, scene) {
  const statement = repairStatement(goal).statement;
  const published = constantValue(parseExpression(answer));
  const measured = statement.kind === "value" ? measure(statement.expression, scene) : statement.kind === "equal" ? (measure(statement.left, scene) ?? Number.NaN) - (measure(statement.right, scene) ?? Number.NaN) : null;
  if (published === null || measured === null) return null;
  return Math.abs(measured - published) / (published === 0 ? 1 : Math.abs(published));
}

const times = [];
const reasons = new Map();
let [built, repaired, right] = [0, 0, 0];
const wrong = [];
const notBuilt = [];
for (const problem of chosen) {
  const started = performance.now();
  const { all, unreadable } = readProblemStatements(problem);
  const result = solve({ statements: [...all, ...goalOf(problem)], seed: Number(flags.seed), ...(flags.attempts === undefined ? {} : { attempts: Number(flags.attempts) }), repair: true, explain: flags.explain });
  times.push([performance.now() - started, problem.id]);
  if (!result.ok) {
    notBuilt.push(problem.id);
    reasons.set(result.reason.kind, (reasons.get(result.reason.kind) ?? 0) + 1);
    if (flags.verbose) console.log(`${problem.id} ${result.reason.kind}: ${result.reason.statements.join(" ")}${unreadable.length > 0 ? ` (unreadable: ${unreadable.map(({ text }) => text).join(" ")})` : ""}`);
    continue;
  }
  built += 1;
  if (result.notes.some((note) => note.startsWith("read "))) repaired += 1;
  if (flags.verbose && result.notes.length > 0) console.log(`${problem.id} note: ${result.notes.join("; ")}`);
  let error = null;
  try {
    error = goalError(problem.question, result.scene);
  } catch (cause) {
    if (flags.verbose) console.log(`${problem.id} goal: ${cause.message}`);
  }
  if (error !== null && error < 1e-3) right += 1;
  else {
    wrong.push(problem.id);
    if (flags.verbose) console.log(`${problem.id} wrong: ${problem.question.goal} published ${problem.question.answer}, off by ${error}`);
  }
}
const sorted = times.map(([time]) => time).sort((a, b) => a - b);
const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
const percent = (count) => `${count} (${((100 * count) / chosen.length).toFixed(2)} %)`;
console.log(`read ${chosen.length}, built and proven ${percent(built)} (${repaired} of them with a sense repaired), goal right ${percent(right)}`);
console.log(`median ${quantile(0.5).toFixed(2)} ms, p95 ${quantile(0.95).toFixed(1)} ms, p99 ${quantile(0.99).toFixed(0)} ms, in all ${(sorted.reduce((sum, time) => sum + time, 0) / 1000).toFixed(1)} s`);
console.log(`not built: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"}`);
console.log(`wrong goals: ${wrong.join(" ")}`);
console.log(`not built: ${notBuilt.join(" ")}`);
if (flags.verbose) console.log(`slowest: ${times.sort((a, b) => b[0] - a[0]).slice(0, 10).map(([time, id]) => `${id} ${time.toFixed(0)}`).join(", ")}`);
