import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseProgram } from "../language/parse.js";
import { sampleProblems } from "../sources/sample.js";
import { exportDiagram, exportFormats } from "./exporters.js";

const cases = sampleProblems({ count: 35, seed: 3 }).map((problem) => {
  const lines = [...problem.construction, ...problem.text, ...problem.text.filter((line) => /^Equal\((Length|Measure)/.test(line)).map((line) => `Mark(${line})`)];
  return { scene: problem.start, statements: parseProgram(lines.join("\n")).lines.map(({ statement }) => statement) };
});

test("every language carries the same coordinates", () => {
  for (const { scene, statements } of cases) {
    const [tikz, matplotlib, geogebra] = (["tikz", "matplotlib", "geogebra"] as const).map((format) => exportDiagram({ scene, statements, format })) as [string, string, string];
    for (const [label, [x, y]] of Object.entries(scene.points)) {
      for (const [text, pattern] of [[tikz, `\\\\coordinate \\(${label}\\) at`], [matplotlib, `"${label}":`], [geogebra, `^${label}=`]] as const) {
        const found = new RegExp(`${pattern} ?\\(([-\\d.]+),([-\\d.]+)\\)`, "m").exec(text);
        expect(Number(found?.[1])).toBeCloseTo(x, 5);
        expect(Number(found?.[2])).toBeCloseTo(y, 5);
      }
    }
  }
});

test("every format of every figure ends well", () => {
  for (const { scene, statements } of cases) for (const format of exportFormats) expect(exportDiagram({ scene, statements, format })).not.toMatch(/undefined|NaN/);
});

const hasMatplotlib = spawnSync("python3", ["-c", "import matplotlib"]).status === 0;
test.skipIf(!hasMatplotlib)("matplotlib runs what is written for it", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-export-"));
  const { scene, statements } = cases[22] as (typeof cases)[number];
  const { status, stderr } = spawnSync("python3", ["-c", exportDiagram({ scene, statements, format: "matplotlib" })], { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(readFileSync(join(folder, "question.png")).length).toBeGreaterThan(1000);
  rmSync(folder, { recursive: true });
});

const hasLatex = spawnSync("pdflatex", ["--version"]).status === 0;
test.skipIf(!hasLatex)("LaTeX runs what is written for it", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-export-"));
  const { scene, statements } = cases[0] as (typeof cases)[number];
  const { status, stdout } = spawnSync("pdflatex", ["-interaction=nonstopmode"], { cwd: folder, input: exportDiagram({ scene, statements, format: "tikz" }), encoding: "utf8" });
  expect(status, stdout).toBe(0);
  rmSync(folder, { recursive: true });
});
