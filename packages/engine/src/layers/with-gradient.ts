import * as tf from "@tensorflow/tfjs";

/** Keeps tensors for the backward pass. */
export type Save = (tensors: tf.Tensor[]) => void;

/**
 * A function with its own gradient: `forward` computes the value off the tape and saves what `gradient` needs, which
 * returns one tensor for each input. All of them are computed op by op; in a captured graph what is not used is dropped.
 */
export function withGradient<Inputs extends readonly tf.Tensor[]>(
  inputs: Inputs,
  forward: (inputs: Inputs, save: Save) => { value: tf.Tensor; gradient: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[] },
): tf.Tensor {
  const differentiable = tf.customGrad((...received) => {
    // tfjs appends the saving function to the inputs; its types do not say so.
    const save = received.at(-1) as unknown as Save;
    const { value, gradient } = forward(received.slice(0, -1) as unknown as Inputs, save);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved) };
  });
  return differentiable(...inputs);
}
