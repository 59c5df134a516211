import * as tf from "@tensorflow/tfjs";
import { attribute, operation, singleOperation } from "../backend/operation.js";
import { withGradient } from "./with-gradient.js";

/**
 * Rows of a table by number, with a gradient that sums into the table once.
 * @param ids int32, any shape, each in [0, rows)
 * @param table [rows, size]
 * @returns [...ids.shape, size]
 */
export function embedding(ids: tf.Tensor, table: tf.Tensor): tf.Tensor {
  const [rows, size] = table.shape as [number, number];
  return withGradient([table] as const, ([parameters], save) => {
    // Saved, because ids made inside a differentiated function are gone when the gradient is computed.
    save([ids]);
    const value = singleOperation("GatherV2", [parameters, ids, tf.scalar(0, "int32")], [attribute.int("batch_dims", 0)]);
    const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => [
      singleOperation("UnsortedSegmentSum", [dy.reshape([ids.size, size]), (saved[0] as tf.Tensor).reshape([ids.size]), tf.scalar(rows, "int32")]),
    ];
    return { value, gradient };
  });
}

/**
 * The cross entropy of each row's distribution against one class.
 * @param logits [rows, classes]
 * @param labels int32 [rows], each in [0, classes)
 * @returns [rows], in nats
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return withGradient([logits] as const, ([input], save) => {
    const [value, gradient] = crossEntropyOperation(input, labels);
    save([gradient]);
    return { value, gradient: (dy, saved) => [(saved[0] as tf.Tensor).mul(dy.expandDims(-1))] };
  });
}

/**
 * The mean cross entropy over the rows whose label is not `ignored`; 0 if all are.
 * @param logits [rows, classes]
 * @param labels int32 [rows]
 * @param ignored the label of rows that do not count @default -100
 */
export function meanCrossEntropy({ logits, labels, ignored = -100 }: { logits: tf.Tensor; labels: tf.Tensor; ignored?: number }): tf.Scalar {
  const counted = labels.notEqual(tf.scalar(ignored, "int32"));
  const weight = counted.cast("float32");
  const losses = crossEntropy(logits, labels.mul(counted.cast("int32")));
  return losses.mul(weight).sum().div(weight.sum().maximum(1)) as tf.Scalar;
}

function crossEntropyOperation(logits: tf.Tensor, labels: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return operation({ type: "SparseSoftmaxCrossEntropyWithLogits", inputs: [logits, labels], outputs: 2 }) as [tf.Tensor, tf.Tensor];
}
