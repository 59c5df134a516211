import { InputError } from "@mmgeo/dataset";
import outlines from "../../assets/glyphs.json" with { type: "json" };

/** `roman` is KaTeX's Computer Modern; `serif` and `sans` are DejaVu. */
export type Face = "roman" | "serif" | "sans";

export interface Glyph {
  /** Em fractions, y downwards, the baseline at 0. */
  advance: number;
  box: readonly [left: number, top: number, right: number, bottom: number];
  /** SVG path data in 1/1000 em. */
  path: string;
}

type Table = Record<string, { advance: number; box: number[]; path: string }>;
const faces = outlines.faces as Record<Face, { upright: Table; italic: Table }>;
const em = outlines.unitsPerEm;

export const glyphUnits = em;

/** The outline of one character. Throws an InputError for one that the face does not have, so that no label is ever dropped in silence. */
export function glyphOf(character: string, face: Face, italic: boolean): Glyph {
  const glyph = faces[face][italic ? "italic" : "upright"][character];
  if (glyph === undefined) throw new InputError({ message: `no glyph for ${JSON.stringify(character)}; labels hold Latin and Greek letters, digits and + − = ( ) . , / ° √ ′` });
  const [left = 0, top = 0, right = 0, bottom = 0] = glyph.box;
  return { advance: glyph.advance / em, box: [left / em, top / em, right / em, bottom / em], path: glyph.path };
}
