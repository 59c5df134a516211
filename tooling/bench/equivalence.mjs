// Compares `equivalent` of @mmgeo/evaluation with Math-Verify, interleaved in one run: node equivalence.mjs [--rounds 3] [--plain 800] [--cases FILE]
// Math-Verify lives in a Python environment of the bench's own, made on the first run in the per-user cache (BENCH_PYTHON names another interpreter).
// Cases are Math-Verify's own, `answer-equivalence/math_verify_cases.jsonl` in the published data (MMGEO_DATA), and plain boxed answers made here.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, pythonWith, run } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, plain: { type: "string", default: "800" }, cases: { type: "string" } } });
const rounds = Number(values.rounds);
const here = fileURLToPath(new URL(".", import.meta.url));

/** Boxed whole numbers, decimals, fractions and roots; every fourth one is wrong. */
function plainCases(count) {
  return Array.from({ length: count }, (_, index) => {
    const [a, b] = [(index * 37) % 211, (index * 13) % 17 + 2];
    const gold = [`${a}`, `${a}.5`, `\\frac{${a}}{${b}}`, `${b}\\sqrt{${b + 1}}`][index % 4];
    const wrong = index % 16 < 4;
    return { gold: `$${gold}$`, pred: `So the answer is $\\boxed{${wrong ? `${a + 1}` : gold}}$.`, expected: wrong ? 0 : 1 };
  });
}

const published = values.cases ?? join(process.env.MMGEO_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url)), "answer-equivalence", "math_verify_cases.jsonl");
const folder = mkdtempSync(join(tmpdir(), "equivalence-bench-"));
const plain = join(folder, "plain.jsonl");
writeFileSync(plain, plainCases(Number(values.plain)).map((one) => `${JSON.stringify(one)}\n`).join(""));
const suites = { ...(existsSync(published) ? { "Math-Verify's cases": published } : {}), "plain boxed answers": plain };
if (!existsSync(published)) process.stderr.write(`bench: there is no ${published}; set MMGEO_DATA\n`);

const python = pythonWith({ name: "bench-math-verify", packages: ["math-verify==0.9.0", "antlr4-python3-runtime==4.13.2"], module: "math_verify" });
const rows = [];
for (const [name, file] of Object.entries(suites)) {
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(JSON.parse(run(process.execPath, [join(here, "equivalence-ours.mjs"), file])));
    theirs.push(JSON.parse(run(python, [join(here, "equivalence.py"), file])));
  }
  const rate = (results) => median(results.map(({ casesPerSecond }) => casesPerSecond));
  rows.push({
    suite: name,
    cases: readFileSync(file, "utf8").trim().split("\n").length,
    "ours, as expected %": (100 * ours[0].accuracy).toFixed(1),
    "Math-Verify, as expected %": (100 * theirs[0].accuracy).toFixed(1),
    "ours, cases/s": Math.round(rate(ours)),
    "Math-Verify, cases/s": Math.round(rate(theirs)),
    ratio: (rate(ours) / rate(theirs)).toFixed(1),
  });
}
rmSync(folder, { recursive: true });
console.table(rows);
