/**
 * Draws the contact sheets of docs/: problems of FormalGeo7k, each published picture (grey ground) beside ours, or without
 * that data problems of our own sampler; and positives, framed, beside their ten image negatives.
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/contact-sheet.mjs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildRecord, drawSvg, encodePng, frameSize, measure, parseProgram, readFormalGeo, renderPixels, sampleProblems } from "../dist/index.js";

const root = new URL("../../../", import.meta.url);
const data = process.env.MMGEO_DATA ?? fileURLToPath(new URL("../shared/data", root));
const formalGeo = `${data}/formalgeo7k`;
const docs = new URL("docs/", root);
const cell = 160;

async function problems(count, step) {
  if (!existsSync(formalGeo)) return sampleProblems({ count, seed: 1 });
  const list = [];
  let index = 0;
  for await (const problem of readFormalGeo(formalGeo)) if (index++ % step === 0 && list.length < count) list.push(problem);
  return list;
}

const svgOf = ({ scene, program }, seed) => drawSvg({ scene, statements: parseProgram(program).lines.map(({ statement }) => statement), seed, measure });

/** The picture that FormalGeo7k publishes with a problem, as large as its cell allows. */
function published({ id }) {
  const file = `${formalGeo}/diagrams/${id.replace("formalgeo-", "")}.png`;
  if (!existsSync(file)) return [];
  return [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${cell} ${cell}" width="${cell}" height="${cell}"><rect width="${cell}" height="${cell}" fill="#e8e8e8"/><image x="8" y="8" width="${cell - 16}" height="${cell - 16}" href="data:image/png;base64,${readFileSync(file).toString("base64")}"/></svg>`];
}

/** Pictures in rows, each in its cell. */
function sheet(name, rows, framed) {
  const columns = Math.max(...rows.map((row) => row.length));
  const [width, height] = [columns * cell, rows.length * cell];
  const cells = rows.flatMap((row, y) =>
    row.map((svg, x) => {
      const inner = svg.replace(/width="\d+" height="\d+">/, `width="${cell}" height="${cell}" x="${x * cell}" y="${y * cell}">`);
      const frame = framed(x) ? `<rect x="${x * cell + 1.5}" y="${y * cell + 1.5}" width="${cell - 3}" height="${cell - 3}" fill="none" stroke="#000" stroke-width="2"/>` : `<rect x="${x * cell + 1}" y="${y * cell + 1}" width="${cell - 2}" height="${cell - 2}" fill="none" stroke="#bbb"/>`;
      return inner + frame;
    }),
  );
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#fff"/>${cells.join("")}</svg>`;
  mkdirSync(docs, { recursive: true });
  writeFileSync(new URL(name, docs), encodePng(renderPixels(picture, { size: width })));
  console.log(`docs/${name}: ${rows.flat().length} pictures, ${frameSize} units each`);
}

const built = [];
for (const problem of await problems(46, 131)) {
  const result = buildRecord({ problem, seed: 1, negatives: 0, start: problem.start });
  if (result.ok) built.push(result.record);
}
const pairs = built.slice(0, 40).map((record) => [...published(record), svgOf(record, 1)]);
sheet("contact-sheet.png", Array.from({ length: 8 }, (_, row) => pairs.slice(row * 5, row * 5 + 5).flat()), () => false);

const rows = [];
for (const problem of await problems(14, 437)) {
  const result = buildRecord({ problem, seed: 1, negatives: 10, start: problem.start });
  if (result.ok && rows.length < 10) rows.push([svgOf(result.record, 1), ...result.record.negatives.map((negative) => svgOf(negative, 1))]);
}
sheet("contact-sheet-negatives.png", rows, (x) => x === 0);
