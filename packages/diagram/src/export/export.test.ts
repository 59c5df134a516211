import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** What a tool says it drew at each label, in the scene's units. */
function expectDrawn(drawn: ReadonlyMap<string, [number, number]>, { points }: (typeof cases)[number]["scene"], digits: number): void {
  expect([...drawn.keys()].sort()).toEqual(Object.keys(points).sort());
  for (const [label, [x, y]] of Object.entries(points)) {
    expect(drawn.get(label)![0]).toBeCloseTo(x, digits);
    expect(drawn.get(label)![1]).toBeCloseTo(y, digits);
  }
}

const hasMatplotlib = spawnSync("python3", ["-c", "import matplotlib"]).status === 0;
test.skipIf(!hasMatplotlib)("matplotlib runs what is written for it, and draws at the scene's coordinates", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-export-"));
  const { scene, statements } = cases[22] as (typeof cases)[number];
  const code = exportDiagram({ scene, statements, format: "matplotlib" });
  const { status, stdout, stderr } = spawnSync("python3", ["-c", `${code}\nimport json\nprint(json.dumps([points, [line.get_xydata().tolist() for line in axes.lines]]))`], { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const [points, lines] = JSON.parse(stdout) as [Record<string, [number, number]>, [number, number][][]];
  expectDrawn(new Map(Object.entries(points)), scene, 5);
  // Every line that was drawn ends at points of the scene.
  const places = Object.values(points).map(String);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines.filter(({ length }) => length === 2)) for (const end of line) expect(places).toContain(String(end));
  expect(readFileSync(join(folder, "question.png")).length).toBeGreaterThan(1000);
  rmSync(folder, { recursive: true });
});

// The class of single figures comes in a package of its own.
const hasLatex = spawnSync("kpsewhich", ["standalone.cls", "tikz.sty"]).status === 0 && spawnSync("pdflatex", ["--version"]).status === 0;
test.skipIf(!hasLatex)("LaTeX runs what is written for it, and draws at the scene's coordinates", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmgeo-export-"));
  const { scene, statements } = cases[0] as (typeof cases)[number];
  const code = exportDiagram({ scene, statements, format: "tikz" });
  const told = Object.keys(scene.points).map((label) => String.raw`\pgfpointanchor{${label}}{center}\pgfgetlastxy{\across}{\up}\typeout{AT ${label} \across\space\up}`);
  writeFileSync(join(folder, "figure.tex"), code.replace(String.raw`\end{tikzpicture}`, () => `${told.join("\n")}\n\\end{tikzpicture}`));
  const { status, stdout } = spawnSync("pdflatex", ["-interaction=nonstopmode", "figure.tex"], { cwd: folder, encoding: "utf8" });
  expect(status, stdout).toBe(0);
  // PGF tells places before the picture is scaled, in TeX's points, of which a centimetre has 72.27 / 2.54.
  const unit = 72.27 / 2.54;
  const drawn = [...stdout.matchAll(/^AT (\w) (-?[\d.]+)pt (-?[\d.]+)pt/gm)].map(([, label, x, y]): [string, [number, number]] => [label!, [Number(x) / unit, Number(y) / unit]]);
  expectDrawn(new Map(drawn), scene, 2);
  rmSync(folder, { recursive: true });
});
