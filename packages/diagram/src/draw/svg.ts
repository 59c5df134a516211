import { glyphUnits } from "./glyphs.js";
import { type Drawing, type DrawOptions, layOut } from "./drawing.js";
import type { PlacedLabel } from "./place-labels.js";
import { frameSize } from "./style.js";

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** Draws a scene as SVG. Labels are outlines, so the picture needs no font; each carries its text in `data-label`. */
export function drawSvg(options: DrawOptions): string {
  return svgOf(layOut(options));
}

/** How dark shaded regions are, of the lines' colour. */
const SHADE = 0.18;

export function svgOf({ style, fills, strokes, dots, labels }: Drawing): string {
  const weights = new Map<string, string[]>();
  for (const { path, weight, dashed } of strokes) {
    const key = `stroke-width="${round(style.lineWidth * weight)}"${dashed === true ? ' stroke-dasharray="5 4"' : ""}`;
    weights.set(key, [...(weights.get(key) ?? []), path]);
  }
  const lines = [...weights].map(([attributes, paths]) => `<path ${attributes} d="${paths.join("")}"/>`);
  const radius = round(Math.max(style.lineWidth * 1.25, 1.8));
  const points = dots.map(([x, y]) => `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frameSize} ${frameSize}" width="${frameSize}" height="${frameSize}">`,
    `<rect width="${frameSize}" height="${frameSize}" fill="${style.background}"/>`,
    ...fills.map(({ path, shaded }) => `<path fill="${shaded ? style.lineColor : style.background}"${shaded ? ` fill-opacity="${SHADE}"` : ""} d="${path}"/>`),
    `<g fill="none" stroke="${style.lineColor}" stroke-linecap="round" stroke-linejoin="round">${lines.join("")}</g>`,
    points.length === 0 ? "" : `<g fill="${style.lineColor}">${points.join("")}</g>`,
    `<g fill="${style.labelColor}">${labels.map(labelSvg).join("")}</g>`,
    "</svg>",
  ].join("");
}

function labelSvg({ text, box, left, top }: PlacedLabel): string {
  const baseline = top + box.ascent;
  const glyphs = box.glyphs.map(({ glyph, x, y, size }) => `<path transform="matrix(${round3(size / glyphUnits)} 0 0 ${round3(size / glyphUnits)} ${round(left + x)} ${round(baseline + y)})" d="${glyph.path}"/>`);
  const rules = box.rules.map(({ x, y, width, height }) => `<rect x="${round(left + x)}" y="${round(baseline + y)}" width="${round(width)}" height="${round(height)}"/>`);
  return `<g data-label="${text}">${glyphs.join("")}${rules.join("")}</g>`;
}

const round3 = (value: number): string => value.toFixed(5);
