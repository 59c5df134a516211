// From the text of AlphaGeometry's problems to PNG files, against Newclid, interleaved: node newclid.mjs [--rounds 3] [--limit 150]
// Both build, check and draw each problem at 224 pixels in one process on one core; times are compared on the problems that both build.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildRecord, drawSvg, measure, parseProgram, readAlphaGeometry, renderPng } from "@mmgeo/diagram";
import { median, pythonWith, runJson } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, limit: { type: "string", default: "150" } } });
const [rounds, limit] = [Number(values.rounds), Number(values.limit)];
const here = fileURLToPath(new URL(".", import.meta.url));
const published = join(process.env.MMGEO_DATA ?? join(here, "../../../shared/data"), "alphageometry");
const python = pythonWith({ name: "bench-newclid", packages: ["newclid==3.0.1", "matplotlib==3.11.2", "pyyaml==6.0.3"], module: "newclid.api" });

/** Each problem read, solved, proven, drawn and written; reading is lazy, so that a problem's time holds its own parsing. */
async function ours() {
  const folder = mkdtempSync(join(tmpdir(), "newclid-bench-"));
  const times = [];
  let [read, failed] = [0, 0];
  let started = performance.now();
  for await (const problem of readAlphaGeometry(published, { seed: 1, limit })) {
    read += 1;
    const result = buildRecord({ problem, seed: 1, negatives: 0, start: problem.start });
    if (result.ok) {
      const { scene, program } = result.record;
      const build = performance.now() - started;
      writeFileSync(join(folder, `${read}.png`), renderPng(drawSvg({ scene, statements: parseProgram(program).lines.map(({ statement }) => statement), seed: 1, measure }), { size: 224 }));
      times.push({ problem: problem.id, build, whole: performance.now() - started });
    } else failed += 1;
    started = performance.now();
  }
  rmSync(folder, { recursive: true });
  return { read, failed, times };
}

const theirs = () => runJson(python, [join(here, "draw_newclid.py"), join(published, "jgex_ag.txt"), String(limit)], { env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" } });

const results = { "@mmgeo/diagram": [], Newclid: [] };
await ours();
for (let round = 0; round < rounds; round += 1) {
  results["@mmgeo/diagram"].push(await ours());
  results.Newclid.push(theirs());
}
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const figures = (of) => ({ built: `${of[0].times.length} of ${of[0].read}`, build: median(of.map(({ times }) => mean(times.map(({ build }) => build)))), whole: median(of.map(({ times }) => mean(times.map(({ whole }) => whole)))), middle: median(of.map(({ times }) => median(times.map(({ whole }) => whole)))) });
const table = Object.fromEntries(Object.entries(results).map(([name, of]) => [name, figures(of)]));
console.table(Object.fromEntries(Object.entries(table).map(([name, { built, build, whole, middle }]) => [name, { built, "build, mean ms": build.toFixed(1), "text to PNG, mean ms": whole.toFixed(1), "text to PNG, median ms": middle.toFixed(1) }])));
console.log(`Newclid takes ${(table.Newclid.whole / table["@mmgeo/diagram"].whole).toFixed(1)} times as long on average, ${(table.Newclid.middle / table["@mmgeo/diagram"].middle).toFixed(1)} times in the median`);
