// From a solved scene to PNG bytes at 224 pixels, one core, interleaved: ours, the same figures by matplotlib in one process, and by one
// process a figure (the paper's way: a script is run for each): node drawing.mjs [--rounds 3] [--figures 105]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawSvg, exportDiagram, markable, parseProgram, renderPng, sampleProblems } from "@mmgeo/diagram";
import { median, pythonWith, run } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, figures: { type: "string", default: "105" } } });
const rounds = Number(values.rounds);
const python = pythonWith({ name: "bench-newclid", packages: ["newclid==3.0.1", "matplotlib==3.11.2", "pyyaml==6.0.3"], module: "matplotlib" });

const statementsOf = (lines) => parseProgram(lines.join("\n")).lines.map(({ statement }) => statement);
const figures = sampleProblems({ count: Number(values.figures), seed: 1 }).map(({ construction, text, start }) => {
  const [built, stated] = [statementsOf(construction), statementsOf(text)];
  return { scene: start, statements: [...built, ...stated, ...markable(built, stated).map((target) => ({ kind: "mark", target }))] };
});
const scripts = figures.map((figure) => exportDiagram({ ...figure, format: "matplotlib" }).replace("dpi=150", "dpi=56"));
/** As many as a process a figure is worth waiting for. */
const apart = scripts.slice(0, 10);
const folder = mkdtempSync(join(tmpdir(), "drawing-bench-"));

function ours() {
  const started = performance.now();
  for (const [seed, figure] of figures.entries()) renderPng(drawSvg({ ...figure, seed }), { size: 224 });
  return (figures.length * 1000) / (performance.now() - started);
}

const program = `import time, matplotlib.pyplot
scripts = ${JSON.stringify(scripts)}
exec(scripts[0], {})
started = time.perf_counter()
for script in scripts:
    exec(script, {})
    matplotlib.pyplot.close("all")
print(len(scripts) / (time.perf_counter() - started))
`;
const together = () => Number(run(python, ["-c", program], { cwd: folder }));

function oneEach() {
  const started = performance.now();
  for (const script of apart) run(python, ["-c", script], { cwd: folder });
  return (apart.length * 1000) / (performance.now() - started);
}

const rates = { "@mmgeo/diagram": [], "matplotlib, one process": [], "matplotlib, a process a figure": [] };
ours();
for (let round = 0; round < rounds; round += 1) {
  rates["@mmgeo/diagram"].push(ours());
  rates["matplotlib, one process"].push(together());
  rates["matplotlib, a process a figure"].push(oneEach());
}
rmSync(folder, { recursive: true, force: true });
const own = median(rates["@mmgeo/diagram"]);
console.table(Object.fromEntries(Object.entries(rates).map(([name, of]) => [name, { "figures/s": median(of).toFixed(1), "ours is so many times as fast": (own / median(of)).toFixed(1) }])));
