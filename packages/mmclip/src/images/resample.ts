/** Pillow's resampling filters by the numbers that preprocessor_config.json uses. */
export const resamplingFilters = { nearest: 0, lanczos: 1, bilinear: 2, bicubic: 3, box: 4, hamming: 5 } as const;

interface Filter {
  /** Half the width of the filter in pixels of the larger of source and target grid. */
  support: number;
  weight: (x: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Pillow's bicubic: Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * a : 0;
}

const filters: Record<number, Filter> = {
  [resamplingFilters.lanczos]: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  [resamplingFilters.bilinear]: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  [resamplingFilters.bicubic]: { support: 2, weight: cubic },
  [resamplingFilters.box]: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  [resamplingFilters.hamming]: { support: 1, weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))) },
};

const WHITE = 255;

/** For each target pixel `[from[i], from[i] + count[i])` of the source and their weights, `widest` places a pixel, as whole numbers of 2^-precision. */
interface Windows {
  from: Int32Array;
  count: Int32Array;
  weights: Int32Array;
  widest: number;
  precision: number;
  /** What is added to a sum before its places are cut, so that values are rounded. */
  half: number;
  /** What each window makes of white. */
  white: Uint8ClampedArray;
}

/** Windows already computed; a data set has pictures of few sizes. */
const windowCache = new Map<string, Windows>();
const MAXIMUM_CACHED = 512;

/**
 * The filter widens when the image shrinks: this is the antialiasing. Weights are rounded to 15 bits with as many binary places
 * as the largest leaves, as torch's kernel for bytes does: over flat areas and at edges the result is then the same to the last bit.
 */
function windowsOf(source: number, target: number, filter: number): Windows {
  const key = `${source} ${target} ${filter}`;
  const cached = windowCache.get(key);
  if (cached !== undefined) return cached;
  const { support: halfWidth, weight } = filters[filter] as Filter;
  const scale = source / target;
  const stretch = Math.max(1, scale);
  const support = halfWidth * stretch;
  const widest = Math.ceil(support) * 2 + 1;
  const exact = new Float64Array(target * widest);
  const windows: Windows = { from: new Int32Array(target), count: new Int32Array(target), weights: new Int32Array(target * widest), widest, precision: 0, half: 0, white: new Uint8ClampedArray(target) };
  let largest = 0;
  for (let index = 0; index < target; index++) {
    const center = (index + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(widest, Math.min(source, Math.trunc(center + support + 0.5)) - from);
    let total = 0;
    for (let offset = 0; offset < count; offset++) total += exact[index * widest + offset] = weight((offset + from - center + 0.5) / stretch);
    for (let offset = 0; offset < count; offset++) {
      const share = total === 0 ? 0 : (exact[index * widest + offset] as number) / total;
      exact[index * widest + offset] = share;
      largest = Math.max(largest, share);
    }
    windows.from[index] = from;
    windows.count[index] = count;
  }
  while (windows.precision < 22 && Math.trunc(0.5 + largest * 2 ** (windows.precision + 1)) < 2 ** 15) windows.precision += 1;
  for (const [index, share] of exact.entries()) windows.weights[index] = Math.trunc(share * 2 ** windows.precision + (share < 0 ? -0.5 : 0.5));
  windows.half = windows.precision === 0 ? 0 : 1 << (windows.precision - 1);
  for (let index = 0; index < target; index++) {
    let sum = windows.half;
    for (let offset = 0; offset < (windows.count[index] as number); offset++) sum += WHITE * (windows.weights[index * widest + offset] as number);
    windows.white[index] = sum >> windows.precision;
  }
  if (windowCache.size >= MAXIMUM_CACHED) windowCache.clear();
  windowCache.set(key, windows);
  return windows;
}

export interface RgbImage {
  /** Row by row, three bytes a pixel. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** Bytes row by row, one (grey) or three (RGB) a pixel. */
interface Raster extends RgbImage {
  channels: 1 | 3;
}

/** Most of a line drawing is white: a window without ink is not summed, and comes out as it would have. */
function resampleRows({ data, width, height, channels }: Raster, target: number, filter: number): Raster {
  const { from, count, weights, widest, precision, half, white } = windowsOf(width, target, filter);
  const result = new Uint8ClampedArray(target * height * channels);
  /** For each pixel of the line the first at or after it that is not white. */
  const ink = new Int32Array(width + 1).fill(width);
  for (let line = 0, place = 0; line < height; line++) {
    const start = line * width * channels;
    for (let index = width - 1, at = start + index * channels; index >= 0; index--, at -= channels) {
      const isWhite = data[at] === WHITE && (channels === 1 || (data[at + 1] === WHITE && data[at + 2] === WHITE));
      ink[index] = isWhite ? (ink[index + 1] as number) : index;
    }
    for (let index = 0; index < target; index++, place += channels) {
      const first = from[index] as number;
      const taps = count[index] as number;
      if ((ink[first] as number) >= first + taps) {
        for (let channel = 0; channel < channels; channel++) result[place + channel] = white[index] as number;
        continue;
      }
      const weight = index * widest;
      const end = weight + taps;
      let at = start + first * channels;
      if (taps === 4) {
        // What enlarging comes to nearly everywhere.
        const [one, two, three, four] = [weights[weight] as number, weights[weight + 1] as number, weights[weight + 2] as number, weights[weight + 3] as number];
        for (let channel = 0; channel < channels; channel++, at++) {
          const sum = Math.imul(one, data[at] as number) + Math.imul(two, data[at + channels] as number) + Math.imul(three, data[at + 2 * channels] as number) + Math.imul(four, data[at + 3 * channels] as number) + half;
          result[place + channel] = sum >> precision;
        }
        continue;
      }
      let red = half;
      if (channels === 1) {
        for (let tap = weight; tap < end; tap++, at += 1) red = (red + Math.imul(weights[tap] as number, data[at] as number)) | 0;
        result[place] = red >> precision;
        continue;
      }
      let green = half;
      let blue = half;
      for (let tap = weight; tap < end; tap++, at += 3) {
        const share = weights[tap] as number;
        red = (red + Math.imul(share, data[at] as number)) | 0;
        green = (green + Math.imul(share, data[at + 1] as number)) | 0;
        blue = (blue + Math.imul(share, data[at + 2] as number)) | 0;
      }
      result[place] = red >> precision;
      result[place + 1] = green >> precision;
      result[place + 2] = blue >> precision;
    }
  }
  return { data: new Uint8Array(result.buffer), width: target, height, channels };
}

/** Down the columns, every byte of a row alike, line by line as the bytes lie in memory. */
function resampleColumns({ data, width, height, channels }: Raster, target: number, filter: number): Raster {
  const { from, count, weights, widest, precision, half, white } = windowsOf(height, target, filter);
  const span = width * channels;
  const result = new Uint8ClampedArray(span * target);
  /** For each byte of a row the last line so far on which it is not white. */
  const ink = new Int32Array(span).fill(-1);
  let seen = 0;
  for (let index = 0, place = 0; index < target; index++, place += span) {
    const first = from[index] as number;
    const taps = count[index] as number;
    for (; seen < first + taps; seen++) {
      for (let byte = 0, at = seen * span; byte < span; byte++, at++) if (data[at] !== WHITE) ink[byte] = seen;
    }
    result.fill(white[index] as number, place, place + span);
    const top = first * span;
    const weight = index * widest;
    const end = weight + taps;
    if (taps === 4) {
      // What enlarging comes to nearly everywhere.
      const [one, two, three, four] = [weights[weight] as number, weights[weight + 1] as number, weights[weight + 2] as number, weights[weight + 3] as number];
      for (let byte = 0, at = top; byte < span; byte++, at++) {
        if ((ink[byte] as number) < first) continue;
        const sum = Math.imul(one, data[at] as number) + Math.imul(two, data[at + span] as number) + Math.imul(three, data[at + 2 * span] as number) + Math.imul(four, data[at + 3 * span] as number) + half;
        result[place + byte] = sum >> precision;
      }
      continue;
    }
    for (let byte = 0; byte < span; byte++) {
      if ((ink[byte] as number) < first) continue;
      let sum = half;
      for (let tap = weight, at = top + byte; tap < end; tap++, at += span) sum = (sum + Math.imul(weights[tap] as number, data[at] as number)) | 0;
      result[place + byte] = sum >> precision;
    }
  }
  return { data: new Uint8Array(result.buffer), width, height: target, channels };
}

/** The picture with one byte a pixel if it has no colors, as most figures; a third of the work is left then. */
function rasterOf({ data, width, height }: RgbImage): Raster {
  for (let index = 0; index < data.length; index += 3) {
    if (data[index] !== data[index + 1] || data[index] !== data[index + 2]) return { data, width, height, channels: 3 };
  }
  const grey = new Uint8Array(width * height);
  for (let index = 0; index < grey.length; index++) grey[index] = data[3 * index] as number;
  return { data: grey, width, height, channels: 1 };
}

function rgbOf({ data, width, height, channels }: Raster): RgbImage {
  if (channels === 3) return { data, width, height };
  const result = new Uint8Array(3 * data.length);
  for (let index = 0; index < data.length; index++) result[3 * index] = result[3 * index + 1] = result[3 * index + 2] = data[index] as number;
  return { data: result, width, height };
}

function resampleNearest(image: RgbImage, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const sourceY = Math.min(image.height - 1, Math.floor(((y + 0.5) * image.height) / height));
    for (let x = 0; x < width; x++) {
      const source = (sourceY * image.width + Math.min(image.width - 1, Math.floor(((x + 0.5) * image.width) / width))) * 3;
      data.set(image.data.subarray(source, source + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height };
}

/**
 * Resizes as torchvision does for transformers' image processors (and Pillow up to the order of its passes): a separable
 * filter over bytes, widened when shrinking, rows before columns, each pass rounded to bytes. `filter` is Pillow's number (3
 * is bicubic).
 */
export function resample({ image, width, height, filter }: { image: RgbImage; width: number; height: number; filter: number }): RgbImage {
  if (image.width === width && image.height === height) return image;
  if (filter === resamplingFilters.nearest) return resampleNearest(image, width, height);
  if (filters[filter] === undefined) throw new RangeError(`there is no resampling filter ${filter}; 0 to 5 are Pillow's`);
  const raster = rasterOf(image);
  const rows = raster.width === width ? raster : resampleRows(raster, width, filter);
  return rgbOf(rows.height === height ? rows : resampleColumns(rows, height, filter));
}
