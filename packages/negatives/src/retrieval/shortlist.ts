import { tf } from "@mmgeo/engine";
import { read } from "./top-of-rows.js";

/**
 * Vectors in fewer numbers, with which the cosine of two is bounded from above: their coordinates in an orthonormal basis of a subspace that holds most of
 * them, and the length of what is left. By Cauchy and Schwarz `x·y <= x'·y' + |rest of x| |rest of y|`, which is the dot product of the two rows.
 */
export interface ShortVectors {
  /** coordinates and the length of the rest, row after row */
  rows: Float32Array;
  width: number;
}

/** Rows that the subspace is found from. */
const sampledRows = 16_384;
/** What the subspace has to hold of the vectors' squared lengths, so that the bound is tight enough to be of use. */
const leastHeld = 0.985;
const widthStep = 32;
/** Rounds of orthogonal iteration: the bound holds after any number, and is as tight as it gets after a few. */
const iterations = 5;
/** Added to the squared length of the rest: more than float32 can be wrong by, so that the bound holds for the numbers as they are. */
const roundingSlack = 4e-6;

/** Makes columns orthonormal, by Gram and Schmidt; two passes give full precision. `columns` are arrays of equal length. */
function orthonormalize(columns: Float64Array[], passes: number): void {
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index]!;
    for (let pass = 0; pass < passes; pass += 1) {
      for (let before = 0; before < index; before += 1) {
        const other = columns[before]!;
        let dot = 0;
        for (let place = 0; place < column.length; place += 1) dot += column[place]! * other[place]!;
        for (let place = 0; place < column.length; place += 1) column[place]! -= dot * other[place]!;
      }
    }
    const length = Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
    // A direction with nothing in it: any unit vector would do, and none is needed.
    for (let place = 0; place < column.length; place += 1) column[place] = length > 1e-9 ? column[place]! / length : 0;
  }
}

/** The directions that hold most of unit vectors' squared lengths, by orthogonal iteration, and the share each holds, largest first. */
function mainDirections(unit: Float32Array, width: number, count: number): { directions: Float64Array[]; shares: number[] } {
  const size = unit.length / width;
  const step = Math.max(1, Math.floor(size / sampledRows));
  const sampled = Math.floor(size / step);
  const sample = new Float32Array(sampled * width);
  for (let row = 0; row < sampled; row += 1) sample.set(unit.subarray(row * step * width, (row * step + 1) * width), row * width);
  const moments = tf.tidy(() => {
    const rows = tf.tensor2d(sample, [sampled, width]);
    return tf.matMul(rows, rows, true, false).div<tf.Tensor2D>(sampled);
  });
  // Any start will do that is not orthogonal to what is sought.
  let directions = Array.from({ length: count }, (_, index) => Float64Array.from({ length: width }, (_unused, place) => Math.sin(1 + place * (index + 1) * 0.7310585 + index)));
  let images: Float32Array = new Float32Array();
  for (let iteration = 0; iteration <= iterations; iteration += 1) {
    orthonormalize(directions, iteration < iterations ? 1 : 2);
    const flat = new Float32Array(count * width);
    directions.forEach((column, index) => flat.set(column, index * width));
    images = read(() => tf.matMul(tf.tensor2d(flat, [count, width]), moments));
    if (iteration < iterations) directions = directions.map((_, index) => Float64Array.from(images.subarray(index * width, (index + 1) * width)));
  }
  moments.dispose();
  const held = directions.map((column, index) => column.reduce((sum, value, place) => sum + value * images[index * width + place]!, 0));
  const order = held.map((_, index) => index).toSorted((first, second) => held[second]! - held[first]!);
  return { directions: order.map((index) => directions[index]!), shares: order.map((index) => held[index]!) };
}

/** Short vectors of unit vectors, or null where no subspace of at most half their width holds nearly all of them. */
export function shortVectors(unit: Float32Array, width: number): ShortVectors | null {
  const { directions, shares } = mainDirections(unit, width, Math.max(1, Math.floor(width / 2)));
  let kept = 0;
  for (let held = 0; held < leastHeld && kept < shares.length; kept += 1) held += shares[kept]!;
  const held = shares.slice(0, kept).reduce((sum, share) => sum + share, 0);
  if (held < leastHeld) return null;
  kept = Math.min(shares.length, Math.ceil(kept / widthStep) * widthStep);
  const size = unit.length / width;
  const short = kept + 1;
  const rows = new Float32Array(size * short);
  const basis = new Float32Array(kept * width);
  directions.slice(0, kept).forEach((column, index) => basis.set(column, index * width));
  const basisTensor = tf.tensor2d(basis, [kept, width]);
  for (let start = 0; start < size; start += sampledRows) {
    const count = Math.min(sampledRows, size - start);
    const coordinates = read(() => tf.matMul(tf.tensor2d(unit.subarray(start * width, (start + count) * width), [count, width]), basisTensor, false, true));
    for (let row = 0; row < count; row += 1) {
      const from = coordinates.subarray(row * kept, (row + 1) * kept);
      let square = 0;
      for (const value of from) square += value * value;
      rows.set(from, (start + row) * short);
      rows[(start + row) * short + kept] = Math.sqrt(Math.max(0, 1 - square) + roundingSlack);
    }
  }
  basisTensor.dispose();
  return { rows, width: short };
}
