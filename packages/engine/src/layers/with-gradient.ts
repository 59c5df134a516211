import * as tf from "@tensorflow/tfjs";
import { narrowed } from "../capture/compile.js";

/** Keeps tensors for the backward pass. */
export type Save = (tensors: tf.Tensor[]) => void;

/**
 * A function with its own gradient: `forward` computes the value off the tape and saves what `gradient` needs, which
 * returns one tensor for each input. All of them are computed op by op; in a captured graph what is not used is dropped.
 * @param exact saved tensors keep all their bits also where products are in bfloat16 @default false
 */
export function withGradient<Inputs extends readonly tf.Tensor[]>(
  inputs: Inputs,
  forward: (inputs: Inputs, save: Save) => { value: tf.Tensor; gradient: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[] },
  { exact = false }: { exact?: boolean } = {},
): tf.Tensor {
  const differentiable = tf.customGrad((...received) => {
    // tfjs appends the saving function to the inputs; its types do not say so.
    const save = received.at(-1) as unknown as Save;
    let restore = (saved: readonly tf.Tensor[], _dy: tf.Tensor): readonly tf.Tensor[] => saved;
    const { value, gradient } = forward(received.slice(0, -1) as unknown as Inputs, (tensors) => {
      if (exact) return save(tensors);
      const narrow = narrowed(tensors);
      restore = narrow.restore;
      save(narrow.kept);
    });
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, restore(saved, dy)) };
  });
  return differentiable(...inputs);
}
