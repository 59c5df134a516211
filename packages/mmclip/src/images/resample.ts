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

/** One pass along the rows; bytes in, bytes out. */
function resampleRows({ data, width, height }: RgbImage, target: number, filter: number): RgbImage {
  const result = new Uint8ClampedArray(target * height * 3);
  const { from, count, weights, widest, precision } = windowsOf(width, target, filter);
  const half = precision === 0 ? 0 : 1 << (precision - 1);
  let place = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < target; x++) {
      let [red, green, blue] = [half, half, half];
      let offset = (y * width + (from[x] as number)) * 3;
      const first = x * widest;
      const end = first + (count[x] as number);
      for (let index = first; index < end; index++) {
        const weight = weights[index] as number;
        red += weight * (data[offset] as number);
        green += weight * (data[offset + 1] as number);
        blue += weight * (data[offset + 2] as number);
        offset += 3;
      }
      result[place] = red >> precision;
      result[place + 1] = green >> precision;
      result[place + 2] = blue >> precision;
      place += 3;
    }
  }
  return { data: new Uint8Array(result.buffer), width: target, height };
}

/** The same along the columns, whole rows at a time, so that memory is read in order. */
function resampleColumns({ data, width, height }: RgbImage, target: number, filter: number): RgbImage {
  const stride = width * 3;
  const result = new Uint8ClampedArray(stride * target);
  const row = new Int32Array(stride);
  const { from, count, weights, widest, precision } = windowsOf(height, target, filter);
  const half = precision === 0 ? 0 : 1 << (precision - 1);
  for (let y = 0; y < target; y++) {
    row.fill(half);
    for (let index = 0; index < (count[y] as number); index++) {
      const weight = weights[y * widest + index] as number;
      const offset = ((from[y] as number) + index) * stride;
      if (weight !== 0) for (let x = 0; x < stride; x++) row[x] = (row[x] as number) + weight * (data[offset + x] as number);
    }
    const place = y * stride;
    for (let x = 0; x < stride; x++) result[place + x] = (row[x] as number) >> precision;
  }
  return { data: new Uint8Array(result.buffer), width, height: target };
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
  const rows = image.width === width ? image : resampleRows(image, width, filter);
  return image.height === height ? rows : resampleColumns(rows, height, filter);
}
