import { attribute, singleOperation, tf } from "@mmgeo/engine";
import { createSelector } from "./select.js";

/** TensorFlow's type numbers. */
const [float32, int32] = [1, 3];

/** The largest columns of each row of a matrix, in ascending order of the columns; of equal values the first ones. */
export interface TopOfRows {
  count: number;
  /** `rows * count` */
  values: Float32Array;
  indices: Int32Array;
  /** the smallest value of each row's */
  smallest: Float32Array;
}

/** Columns ranked together by their largest value before they are looked at one by one. */
const groupSize = 32;
/** With fewer groups for each column wanted, columns are looked at one by one at once. */
const leastGroups = 2;

/** `values[row, indices[row, i], :]` */
function gatherInRows(values: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const axis = tf.scalar(1, "int32");
  return singleOperation("GatherV2", [values, indices, axis], [attribute.int("batch_dims", 1), attribute.type("Tparams", float32), attribute.type("Tindices", int32), attribute.type("Taxis", int32)]);
}

/** Computes a tensor and reads it. */
export function read(make: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(make);
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values;
}

function select({ values, rows, columns, count, floors }: { values: Float32Array; rows: number; columns: number; count: number; floors?: Float32Array }): TopOfRows {
  const top = { count, values: new Float32Array(rows * count), indices: new Int32Array(rows * count), smallest: new Float32Array(rows) };
  const selectFrom = createSelector(columns);
  for (let row = 0; row < rows; row += 1) {
    const start = row * columns;
    top.smallest[row] = selectFrom({ values, start, size: columns, count, floor: floors?.[row], into: top.indices, at: row * count });
    for (let place = row * count; place < (row + 1) * count; place += 1) top.values[place] = values[start + top.indices[place]!]!;
  }
  return top;
}

/**
 * The largest `count` columns of each row of the matrix that `make` computes. Columns are first ranked in groups by their largest value, which one vectorised
 * pass finds: the largest `count` lie in the `count` largest groups, so that a few thousand columns of a hundred thousand are looked at.
 */
export function topOfRows({ make, rows, columns, count }: { make: () => tf.Tensor2D; rows: number; columns: number; count: number }): TopOfRows {
  const groups = Math.floor(columns / groupSize);
  if (groups < leastGroups * count) return select({ values: read(make), rows, columns, count: Math.min(count, columns) });
  const whole = groups * groupSize;
  const scores = tf.tidy(make);
  const grouped = tf.tidy(() => (whole === columns ? scores : scores.slice([0, 0], [rows, whole])).reshape([rows, groups, groupSize]));
  const { indices: best, smallest: floors } = select({ values: read(() => grouped.max(2)), rows, columns: groups, count });
  const candidates = read(() => {
    const inGroups = gatherInRows(grouped, tf.tensor2d(best, [rows, count], "int32")).reshape<tf.Tensor2D>([rows, count * groupSize]);
    // The columns after the last whole group stand at the end.
    return whole === columns ? inGroups : tf.concat([inGroups, scores.slice([0, whole], [rows, columns - whole])], 1);
  });
  tf.dispose([scores, grouped]);
  const grouping = count * groupSize;
  const top = select({ values: candidates, rows, columns: grouping + columns - whole, count, floors });
  for (let row = 0; row < rows; row += 1) {
    for (let place = row * count; place < (row + 1) * count; place += 1) {
      const at = top.indices[place]!;
      top.indices[place] = at >= grouping ? whole + at - grouping : best[row * count + Math.floor(at / groupSize)]! * groupSize + (at % groupSize);
    }
  }
  return top;
}
