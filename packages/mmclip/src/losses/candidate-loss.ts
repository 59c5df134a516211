import { tf } from "@mmgeo/engine";

export type LossKind = "softmax" | "sigmoid";

export interface CandidateLossOptions {
  /** `[anchors, candidates]`: `exp(logit_scale) * cosine`, plus `logit_bias` where the model has one. */
  similarities: tf.Tensor;
  /** `[anchors, candidates]`, 1 where the candidate is one of the anchor's own. Samples may have different numbers of candidates. */
  membership: tf.Tensor;
  /** `[anchors, candidates]`, 1 at each anchor's positive. A row of zeros is not an anchor and counts for nothing. */
  positive: tf.Tensor;
  kind: LossKind;
}

/** Far below any similarity, yet finite: a row without candidates must not make the gradient NaN. */
const EXCLUDED = -1e9;

function softplus(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}

/**
 * The loss of every anchor over its own candidates, `[anchors]`; 0 where a row has no positive.
 *
 * Softmax (paper, section 3): `-log(exp(s+) / (exp(s+) + sum exp(s-)))`. Sigmoid (released code, and SigLIP): the sum over
 * candidates of `-log sigmoid(y * s)`, `y` 1 for the positive and -1 otherwise. With `membership` all ones and the
 * positives on the diagonal these are InfoNCE and SigLIP's in-batch loss.
 */
export function candidateLosses({ similarities, membership, positive, kind }: CandidateLossOptions): tf.Tensor {
  const counted = tf.sum(positive, 1);
  if (kind === "sigmoid") {
    const signs = tf.sub(1, tf.mul(positive, 2));
    return tf.mul(tf.sum(tf.mul(softplus(tf.mul(signs, similarities)), membership), 1), counted);
  }
  const masked = tf.add(tf.mul(similarities, membership), tf.mul(tf.sub(1, membership), EXCLUDED));
  return tf.mul(tf.sub(tf.logSumExp(masked, 1), tf.sum(tf.mul(similarities, positive), 1)), counted);
}

/** The mean of `candidateLosses` over the rows that have a positive. */
export function candidateLoss(options: CandidateLossOptions): tf.Tensor {
  return tf.div(tf.sum(candidateLosses(options)), tf.maximum(tf.sum(options.positive), 1));
}
