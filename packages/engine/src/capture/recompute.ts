import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../layers/with-gradient.js";
import { computeAfter, computeAgain } from "./compile.js";
import { flatten, mapTensors } from "./tree.js";

/** What the engine needs of tfjs's engine: gradients of a tensor with a given upstream gradient, some of which may not exist. */
interface Differentiator {
  readonly state: { activeTape: unknown };
  gradients(work: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor, allowNone: boolean): { value: tf.Tensor; grads: (tf.Tensor | null)[] };
}

/**
 * A function whose intermediate tensors are not kept for the backward pass but computed again there (gradient checkpointing, Chen
 * et al. 2016): wrapped around each layer of a deep model it trades a third more arithmetic for memory. Gradients reach the tensors
 * of the arguments, so parameters have to be among these, not in the closure. Results and gradients are the same bits.
 */
export function recompute<Arguments extends readonly unknown[]>(work: (...parameters: Arguments) => tf.Tensor): (...parameters: Arguments) => tf.Tensor {
  return (...parameters) => {
    const { tensors } = flatten(parameters);
    const differentiable = tensors.filter(({ dtype }) => dtype === "float32");
    const others = tensors.filter(({ dtype }) => dtype !== "float32");
    const call = (inputs: readonly tf.Tensor[], constants: readonly tf.Tensor[]): tf.Tensor => {
      const [remaining, remainingConstants] = [[...inputs], [...constants]];
      return work(...mapTensors(parameters, ({ dtype }) => (dtype === "float32" ? remaining : remainingConstants).shift() as tf.Tensor));
    };
    const forward: Parameters<typeof withGradient>[1] = (inputs, save) => {
      save([...inputs, ...others]);
      const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
        const constants = saved.slice(inputs.length);
        return computeAfter(dy, () => gradientsAt({ call: (again) => call(again, constants), inputs: saved.slice(0, inputs.length), dy }));
      };
      return { value: call(inputs, others), gradient };
    };
    // All bits, so that what is computed again is the same.
    return withGradient(differentiable, forward, { exact: true });
  };
}

function gradientsAt({ call, inputs, dy }: { call: (inputs: readonly tf.Tensor[]) => tf.Tensor; inputs: readonly tf.Tensor[]; dy: tf.Tensor }): tf.Tensor[] {
  const engine = tf.engine() as unknown as Differentiator;
  // tfjs clears the tape when it has computed gradients; the backward pass that this is part of still needs its own.
  const { activeTape } = engine.state;
  try {
    // New tensors of the same data: one tensor given twice has two gradients.
    const own = inputs.map((input) => input.clone());
    const { grads } = engine.gradients(() => computeAgain(() => call(own)), own, dy, true);
    return grads.map((gradient, index) => gradient ?? tf.zerosLike(inputs[index] as tf.Tensor));
  } finally {
    engine.state.activeTape = activeTape;
  }
}
