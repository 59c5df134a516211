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

interface Window {
  from: number;
  weights: Float64Array;
}

/** For each target pixel, the source pixels it is made of. The filter widens when the image shrinks: this is the antialiasing. */
function windowsOf(source: number, target: number, filter: Filter): Window[] {
  const scale = source / target;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  return Array.from({ length: target }, (_, index) => {
    const center = (index + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(source, Math.trunc(center + support + 0.5));
    const weights = Float64Array.from({ length: to - from }, (__, offset) => filter.weight((offset + from - center + 0.5) / stretch));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { from, weights: total === 0 ? weights : weights.map((weight) => weight / total) };
  });
}

export interface RgbImage {
  /** Row by row, three bytes a pixel. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** One pass along the rows; bytes in, bytes out, as Pillow rounds between its two passes. */
function resampleRows({ data, width, height }: RgbImage, target: number, filter: Filter): RgbImage {
  const result = new Uint8ClampedArray(target * height * 3);
  const windows = windowsOf(width, target, filter);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < target; x++) {
      const { from, weights } = windows[x] as Window;
      let [red, green, blue] = [0, 0, 0];
      let offset = (y * width + from) * 3;
      for (const weight of weights) {
        red += weight * (data[offset] as number);
        green += weight * (data[offset + 1] as number);
        blue += weight * (data[offset + 2] as number);
        offset += 3;
      }
      const place = (y * target + x) * 3;
      // Uint8ClampedArray rounds half to even; Pillow adds a half and cuts.
      result[place] = Math.floor(red + 0.5);
      result[place + 1] = Math.floor(green + 0.5);
      result[place + 2] = Math.floor(blue + 0.5);
    }
  }
  return { data: new Uint8Array(result.buffer), width: target, height };
}

/** The same along the columns, whole rows at a time, so that memory is read in order. */
function resampleColumns({ data, width, height }: RgbImage, target: number, filter: Filter): RgbImage {
  const stride = width * 3;
  const result = new Uint8ClampedArray(stride * target);
  const row = new Float64Array(stride);
  for (const [y, { from, weights }] of windowsOf(height, target, filter).entries()) {
    row.fill(0.5);
    for (const [index, weight] of weights.entries()) {
      const offset = (from + index) * stride;
      for (let x = 0; x < stride; x++) row[x] = (row[x] as number) + weight * (data[offset + x] as number);
    }
    for (let x = 0; x < stride; x++) result[y * stride + x] = Math.floor(row[x] as number);
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
  const chosen = filters[filter];
  if (chosen === undefined) throw new RangeError(`there is no resampling filter ${filter}; 0 to 5 are Pillow's`);
  const rows = image.width === width ? image : resampleRows(image, width, chosen);
  return image.height === height ? rows : resampleColumns(rows, height, chosen);
}
