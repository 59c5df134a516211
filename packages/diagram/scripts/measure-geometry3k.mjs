/**
 * Measures the Geometry3K reader: how many problems are built with every translated statement holding, from the
 * published point positions.
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/measure-geometry3k.mjs [--folder logic_forms|sample] [--limit N] [--verbose] [--explain]
 */
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({ options: { folder: { type: "string", default: "logic_forms" }, limit: { type: "string" }, verbose: { type: "boolean", default: false }, explain: { type: "boolean", default: false }, module: { type: "string", default: new URL("../dist/index.js", import.meta.url).href } } });
const { readGeometry3k, readProblemStatements, repairStatement, solve } = await import(flags.module);
const data = process.env.MMGEO_DATA ?? new URL("../../../../shared/data", import.meta.url).pathname;

let [read, built, complete, forms, leftOut] = [0, 0, 0, 0, 0];
const why = new Map();
for await (const problem of readGeometry3k(`${data}/geometry3k/${flags.folder}`, { limit: flags.limit === undefined ? undefined : Number(flags.limit) })) {
  read += 1;
  const { all, unreadable } = readProblemStatements(problem);
  forms += all.length;
  leftOut += problem.leftOut.length + unreadable.length;
  for (const reason of [...problem.leftOut, ...unreadable.map(({ message }) => message)]) {
    const short = reason.slice(reason.lastIndexOf(": ") + 2).replace(/\b[A-Z]\b/g, "P");
    why.set(short, (why.get(short) ?? 0) + 1);
  }
  const goal = problem.question.goal === null ? [] : [repairStatement(problem.question.goal).statement];
  const result = solve({ statements: [...all, ...goal], seed: 1, start: problem.start, repair: true, explain: flags.explain });
  if (result.ok) built += 1;
  else if (flags.verbose) console.log(`${problem.id} ${result.reason.message}`);
  if (result.ok && problem.leftOut.length + unreadable.length === 0) complete += 1;
}
console.log(`read ${read}, built and proven ${built} (${((100 * built) / read).toFixed(1)} %), ${complete} of them with every form translated; ${leftOut} forms left out beside ${forms} statements`);
if (flags.verbose) for (const [reason, count] of [...why].sort((a, b) => b[1] - a[1]).slice(0, 25)) console.log(`${count} ${reason}`);
