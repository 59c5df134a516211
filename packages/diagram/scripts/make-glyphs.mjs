/**
 * Writes assets/glyphs.json: the outlines of every character that a label can hold, in three faces, each upright and italic.
 * Labels are drawn as paths of these outlines, so a picture needs no font where it is rendered and looks the same everywhere.
 *
 *   node scripts/make-glyphs.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import opentype from "opentype.js";

const require = createRequire(import.meta.url);
const katex = join(dirname(require.resolve("katex/package.json")), "dist/fonts");
const dejavu = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");

const faces = {
  roman: { upright: [join(katex, "KaTeX_Main-Regular.ttf"), join(katex, "KaTeX_Math-Italic.ttf"), join(dejavu, "DejaVuSerif.ttf")], italic: [join(katex, "KaTeX_Math-Italic.ttf"), join(katex, "KaTeX_Main-Italic.ttf"), join(katex, "KaTeX_Main-Regular.ttf"), join(dejavu, "DejaVuSerif-Italic.ttf")] },
  serif: { upright: [join(dejavu, "DejaVuSerif.ttf")], italic: [join(dejavu, "DejaVuSerif-Italic.ttf")] },
  sans: { upright: [join(dejavu, "DejaVuSans.ttf")], italic: [join(dejavu, "DejaVuSans-Oblique.ttf")] },
};
const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzαβγδεζηθλμνπρστφχψωΔ+−=().,/:·×°′√<>%";

const unitsPerEm = 1000;
const round = (value) => Math.round(value);

function outline(font, character) {
  const glyph = font.charToGlyph(character);
  if (glyph.index === 0) return null;
  const path = glyph.getPath(0, 0, unitsPerEm);
  const box = path.getBoundingBox();
  const data = path.commands
    .map(({ type, x, y, x1, y1, x2, y2 }) => {
      if (type === "Z") return "Z";
      if (type === "Q") return `Q${round(x1)} ${round(y1)} ${round(x)} ${round(y)}`;
      if (type === "C") return `C${round(x1)} ${round(y1)} ${round(x2)} ${round(y2)} ${round(x)} ${round(y)}`;
      return `${type}${round(x)} ${round(y)}`;
    })
    .join("");
  return { advance: round((glyph.advanceWidth * unitsPerEm) / font.unitsPerEm), box: [round(box.x1), round(box.y1), round(box.x2), round(box.y2)], path: data };
}

const glyphs = {};
for (const [face, variants] of Object.entries(faces)) {
  glyphs[face] = {};
  for (const [variant, files] of Object.entries(variants)) {
    const fonts = files.map((file) => {
      const bytes = readFileSync(file);
      return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    });
    glyphs[face][variant] = {};
    for (const character of characters) {
      const found = fonts.map((font) => outline(font, character)).find((glyph) => glyph !== null);
      if (found === undefined) throw new Error(`no font of ${face} ${variant} has the character ${character}`);
      glyphs[face][variant][character] = found;
    }
  }
}
writeFileSync(new URL("../assets/glyphs.json", import.meta.url), `${JSON.stringify({ unitsPerEm, faces: glyphs })}\n`);
