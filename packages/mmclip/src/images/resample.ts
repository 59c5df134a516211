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

/** For each target pixel `[from[i], from[i] + count[i])` of the source and their weights, `widest` places a pixel, as whole numbers of 2^-precision. */
interface Windows {
  from: Int32Array;
  count: Int32Array;
  weights: Int32Array;
  widest: number;
  precision: number;
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
  const windows: Windows = { from: new Int32Array(target), count: new Int32Array(target), weights: new Int32Array(target * widest), widest, precision: 0 };
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

/** Where one pass finds and puts values, in bytes: along `lines`, each of which is resampled on its own. */
interface Pass {
  lines: number;
  lineStep: number;
  pixelStep: number;
  resultLineStep: number;
  resultPixelStep: number;
}

const WHITE = 255;

/**
 * One pass along rows or columns; bytes in, bytes out. Most of a line drawing is white: a window without ink is not summed, and
 * comes out as it would have.
 */
function resampleLines({ data, result, channels, source, windows, pass }: { data: Uint8Array; result: Uint8ClampedArray; channels: 1 | 3; source: number; windows: Windows; pass: Pass }): void {
  const { from, count, weights, widest, precision } = windows;
  const { lines, lineStep, pixelStep, resultLineStep, resultPixelStep } = pass;
  const target = from.length;
  // What is added before the cut, so that values are rounded.
  const half = precision === 0 ? 0 : 1 << (precision - 1);
  const white = Uint8ClampedArray.from(from, (_, index) => {
    let sum = half;
    for (let offset = 0; offset < (count[index] as number); offset++) sum += WHITE * (weights[index * widest + offset] as number);
    return sum >> precision;
  });
  /** For each pixel of the line the first at or after it that is not white. */
  const ink = new Int32Array(source + 1).fill(source);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let index = source - 1, at = start + index * pixelStep; index >= 0; index--, at -= pixelStep) {
      const isWhite = data[at] === WHITE && (channels === 1 || (data[at + 1] === WHITE && data[at + 2] === WHITE));
      ink[index] = isWhite ? (ink[index + 1] as number) : index;
    }
    for (let index = 0, place = line * resultLineStep; index < target; index++, place += resultPixelStep) {
      const first = from[index] as number;
      const taps = count[index] as number;
      if ((ink[first] as number) >= first + taps) {
        result[place] = white[index] as number;
        if (channels === 3) result[place + 1] = result[place + 2] = white[index] as number;
        continue;
      }
      const end = index * widest + taps;
      let at = start + first * pixelStep;
      let red = half;
      if (channels === 1) {
        for (let tap = index * widest; tap < end; tap++, at += pixelStep) red = (red + Math.imul(weights[tap] as number, data[at] as number)) | 0;
        result[place] = red >> precision;
        continue;
      }
      let green = half;
      let blue = half;
      for (let tap = index * widest; tap < end; tap++, at += pixelStep) {
        const weight = weights[tap] as number;
        red = (red + Math.imul(weight, data[at] as number)) | 0;
        green = (green + Math.imul(weight, data[at + 1] as number)) | 0;
        blue = (blue + Math.imul(weight, data[at + 2] as number)) | 0;
      }
      result[place] = red >> precision;
      result[place + 1] = green >> precision;
      result[place + 2] = blue >> precision;
    }
  }
}

function resampleRows({ data, width, height, channels }: Raster, target: number, filter: number): Raster {
  const result = new Uint8ClampedArray(target * height * channels);
  const pass = { lines: height, lineStep: width * channels, pixelStep: channels, resultLineStep: target * channels, resultPixelStep: channels };
  resampleLines({ data, result, channels, source: width, windows: windowsOf(width, target, filter), pass });
  return { data: new Uint8Array(result.buffer), width: target, height, channels };
}

function resampleColumns({ data, width, height, channels }: Raster, target: number, filter: number): Raster {
  const result = new Uint8ClampedArray(width * target * channels);
  const pass = { lines: width, lineStep: channels, pixelStep: width * channels, resultLineStep: channels, resultPixelStep: width * channels };
  resampleLines({ data, result, channels, source: height, windows: windowsOf(height, target, filter), pass });
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
