import { seededRandom } from "../seeded-random.js";
import type { Face } from "./glyphs.js";

/** The side of the square frame a drawing is laid out in; every length of a style is in these units. */
export const frameSize = 224;

/** How a drawing looks. What it says never depends on it. */
export interface DrawStyle {
  face: Face;
  /** Em size of labels. */
  fontSize: number;
  lineWidth: number;
  /** Degrees counter-clockwise by which the figure is turned; labels stay upright. */
  rotation: number;
  /** Draws the figure's mirror image; labels stay readable. */
  mirror: boolean;
  /** A dot at every point instead of at centres and free points only. */
  pointDots: boolean;
  lineColor: string;
  labelColor: string;
  background: string;
  /** How far lines may wander from straight, as a hand's would; 0 draws with the ruler. */
  jitter: number;
}

/** Black only, no title, ruler-straight: the paper's rule and the default. */
export const defaultStyle: DrawStyle = {
  face: "roman",
  fontSize: 18,
  lineWidth: 1.6,
  rotation: 0,
  mirror: false,
  pointDots: false,
  lineColor: "#000000",
  labelColor: "#000000",
  background: "#ffffff",
  jitter: 0,
};

const textbookColors = ["#000000", "#000000", "#1a1a1a", "#0b3d91", "#7a1f1f", "#14532d"];

/** A style drawn at random, so that an encoder cannot learn one look. */
export function sampleStyle(seed: number, { colors = false }: { /** @default false */ colors?: boolean } = {}): DrawStyle {
  const random = seededRandom("style", seed);
  const color = colors ? random.pick(textbookColors) : "#000000";
  return {
    face: random.pick(["roman", "roman", "serif", "sans"] as const),
    fontSize: random.real(16, 20),
    lineWidth: random.real(1.1, 2.3),
    rotation: random.chance(0.5) ? 0 : random.real(-30, 30),
    mirror: random.chance(0.3),
    pointDots: random.chance(0.25),
    lineColor: color,
    labelColor: colors && random.chance(0.5) ? "#000000" : color,
    background: colors && random.chance(0.3) ? "#fffdf5" : "#ffffff",
    jitter: random.chance(0.15) ? random.real(0.3, 0.8) : 0,
  };
}
