import { tf } from "@mmgeo/engine";
import { type ParameterMap, parameterOf } from "../model/parameters.js";

/**
 * Cosines of every row with every column, `[rows, columns]`, for embeddings of unit length. As a sum of products, not a
 * matrix product: those may run in bfloat16, whose eight bits cannot tell hard negatives apart.
 */
export function cosines(rows: tf.Tensor, columns: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(tf.expandDims(rows, 1), tf.expandDims(columns, 0)), 2);
}

/** `exp(logit_scale) * cosine`, plus `logit_bias` where the model has one (SigLIP). */
export function scaledSimilarities(parameters: ParameterMap, cosine: tf.Tensor): tf.Tensor {
  const scaled = tf.mul(cosine, tf.exp(tf.reshape(parameterOf(parameters, "logit_scale"), [])));
  const bias = parameters["logit_bias"];
  return bias === undefined ? scaled : tf.add(scaled, tf.reshape(bias, []));
}
