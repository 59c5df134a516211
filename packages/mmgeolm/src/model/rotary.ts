import type { LanguageConfig, RotaryConfig } from "./language-config.js";

/** Cosines and sines of the rotation of each pair of dimensions, `rows x headSize / 2`, row-major. */
export interface RotaryTables {
  cosine: Float32Array;
  sine: Float32Array;
  rows: number;
  halfSize: number;
}

/**
 * The rotation angles of given positions (RoFormer, arXiv 2104.09864), rounded to single precision where PyTorch rounds.
 *
 * @param positions one position a row, in any order, 0 or more
 * @param sequenceLength the length the `dynamic` scaling adapts to; the highest position plus one by default
 */
export function rotaryTables({ config, positions, sequenceLength }: { config: LanguageConfig; positions: ArrayLike<number>; sequenceLength?: number }): RotaryTables {
  const halfSize = config.headSize / 2;
  const rows = positions.length;
  let length = sequenceLength ?? 0;
  if (sequenceLength === undefined) for (let row = 0; row < rows; row += 1) length = Math.max(length, (positions[row] ?? 0) + 1);
  const { frequencies, scale } = rotaryFrequencies({ rotary: config.rotary, headSize: config.headSize, maxPositions: config.maxPositions, length });
  const cosine = new Float32Array(rows * halfSize);
  const sine = new Float32Array(rows * halfSize);
  for (let row = 0; row < rows; row += 1) {
    for (let pair = 0; pair < halfSize; pair += 1) {
      const angle = Math.fround((positions[row] ?? 0) * (frequencies[pair] ?? 0));
      cosine[row * halfSize + pair] = Math.fround(Math.cos(angle)) * scale;
      sine[row * halfSize + pair] = Math.fround(Math.sin(angle)) * scale;
    }
  }
  return { cosine, sine, rows, halfSize };
}

/** Radians a position for each pair of dimensions, and the factor on cosines and sines. */
export function rotaryFrequencies({ rotary, headSize, maxPositions, length }: { rotary: RotaryConfig; headSize: number; maxPositions: number; length: number }): { frequencies: Float32Array; scale: number } {
  const half = headSize / 2;
  const series = (base: number) => Float32Array.from({ length: half }, (_, pair) => 1 / Math.fround(base ** Math.fround((2 * pair) / headSize)));
  switch (rotary.type) {
    case "default":
      return { frequencies: series(rotary.theta), scale: 1 };
    case "linear":
      return { frequencies: series(rotary.theta).map((frequency) => frequency / rotary.factor), scale: 1 };
    case "dynamic": {
      // "NTK-aware" scaling: the base grows with the part of the sequence beyond the trained context.
      const reached = Math.max(length, maxPositions);
      const growth = ((rotary.factor * reached) / maxPositions - (rotary.factor - 1)) ** (headSize / (headSize - 2));
      return { frequencies: series(rotary.theta * growth), scale: 1 };
    }
    case "llama3":
      return { frequencies: llama3Frequencies(series(rotary.theta), rotary), scale: 1 };
    case "yarn":
      return { frequencies: yarnFrequencies(rotary, headSize), scale: yarnScale(rotary) };
  }
}

/** Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between interpolated. */
function llama3Frequencies(series: Float32Array, rotary: RotaryConfig): Float32Array {
  const longest = rotary.originalMaxPositions / rotary.lowFrequencyFactor;
  const shortest = rotary.originalMaxPositions / rotary.highFrequencyFactor;
  return series.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < shortest) return frequency;
    if (wavelength > longest) return frequency / rotary.factor;
    const smooth = (rotary.originalMaxPositions / wavelength - rotary.lowFrequencyFactor) / (rotary.highFrequencyFactor - rotary.lowFrequencyFactor);
    return ((1 - smooth) * frequency) / rotary.factor + smooth * frequency;
  });
}

/** YaRN (arXiv 2309.00071, section 3.2): a ramp over dimensions between stretched and kept frequencies. */
function yarnFrequencies(rotary: RotaryConfig, headSize: number): Float32Array {
  const correction = (rotations: number) => (headSize * Math.log(rotary.originalMaxPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(rotary.theta));
  let low = correction(rotary.betaFast);
  let high = correction(rotary.betaSlow);
  if (rotary.truncate) {
    low = Math.floor(low);
    high = Math.ceil(high);
  }
  low = Math.max(low, 0);
  high = Math.min(high, headSize - 1);
  if (low === high) high += 0.001;
  return Float32Array.from({ length: headSize / 2 }, (_, pair) => {
    const wavelength = Math.fround(rotary.theta ** Math.fround((2 * pair) / headSize));
    const stretched = Math.min(1, Math.max(0, (pair - low) / (high - low)));
    return (stretched / (rotary.factor * wavelength)) + (1 - stretched) / wavelength;
  });
}

function yarnScale(rotary: RotaryConfig): number {
  if (rotary.attentionFactor !== null) return rotary.attentionFactor;
  const temperature = (mscale: number) => (rotary.factor <= 1 ? 1 : 0.1 * mscale * Math.log(rotary.factor) + 1);
  if (rotary.mscale && rotary.mscaleAllDimensions) return temperature(rotary.mscale) / temperature(rotary.mscaleAllDimensions);
  return temperature(1);
}
