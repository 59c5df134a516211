/**
 * Draws the contact sheets of docs/: problems of FormalGeo7k (or, without that data, of our own sampler) as we draw them,
 * and positives, framed, beside their ten image negatives. Published pictures are not copied.
 *
 *   pnpm --filter @mmgeo/diagram build
 *   node packages/diagram/scripts/contact-sheet.mjs
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
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
const pictures = built.slice(0, 40).map((record) => svgOf(record, 1));
sheet("contact-sheet.png", Array.from({ length: 4 }, (_, row) => pictures.slice(row * 10, row * 10 + 10)), () => false);

const rows = [];
for (const problem of await problems(14, 437)) {
  const result = buildRecord({ problem, seed: 1, negatives: 10, start: problem.start });
  if (result.ok && rows.length < 10) rows.push([svgOf(result.record, 1), ...result.record.negatives.map((negative) => svgOf(negative, 1))]);
}
sheet("contact-sheet-negatives.png", rows, (x) => x === 0);
