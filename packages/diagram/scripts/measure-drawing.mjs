/**
 * Times drawing, one core, 224 pixels, from a solved scene to PNG bytes: ours, and, where Python has matplotlib, the same
 * figures drawn by matplotlib in one process and by one process a figure (the paper's way: a script is run for each).
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/measure-drawing.mjs [--figures 105] [--python python3]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawSvg, exportDiagram, markable, parseProgram, renderPng, sampleProblems } from "../dist/index.js";

const { values: flags } = parseArgs({ options: { figures: { type: "string", default: "105" }, python: { type: "string", default: "python3" } } });
const statementsOf = (lines) => parseProgram(lines.join("\n")).lines.map(({ statement }) => statement);
const figures = sampleProblems({ count: Number(flags.figures), seed: 1 }).map(({ construction, text, start }) => {
  const [built, stated] = [statementsOf(construction), statementsOf(text)];
  return { scene: start, statements: [...built, ...stated, ...markable(built, stated).map((target) => ({ kind: "mark", target }))] };
});

const draw = () => figures.forEach((figure, seed) => renderPng(drawSvg({ ...figure, seed }), { size: 224 }));
draw();
const rounds = 5;
const started = performance.now();
for (let round = 0; round < rounds; round += 1) draw();
const ours = (rounds * figures.length * 1000) / (performance.now() - started);
console.log(`@mmgeo/diagram: ${ours.toFixed(0)} figures/s`);

const scripts = figures.map((figure) => exportDiagram({ ...figure, format: "matplotlib" }).replace("dpi=150", "dpi=56"));
const folder = mkdtempSync(join(tmpdir(), "mmgeo-matplotlib-"));
const python = (source) => spawnSync(flags.python, ["-c", source], { cwd: folder, encoding: "utf8" });
if (python("import matplotlib").status === 0) {
  const inOne = `import time\nscripts = ${JSON.stringify(scripts)}\nexec(scripts[0], {})\nstarted = time.perf_counter()\nfor script in scripts:\n    exec(script, {})\n    import matplotlib.pyplot\n    matplotlib.pyplot.close("all")\nprint(len(scripts) / (time.perf_counter() - started))\n`;
  const together = Number(python(inOne).stdout);
  console.log(`matplotlib, one process: ${together.toFixed(1)} figures/s (${(ours / together).toFixed(0)} times)`);
  const few = scripts.slice(0, 10);
  const begun = performance.now();
  for (const script of few) python(script);
  const apart = (few.length * 1000) / (performance.now() - begun);
  console.log(`matplotlib, one process a figure: ${apart.toFixed(2)} figures/s (${(ours / apart).toFixed(0)} times)`);
} else console.log(`${flags.python} has no matplotlib: not compared`);
rmSync(folder, { recursive: true, force: true });
