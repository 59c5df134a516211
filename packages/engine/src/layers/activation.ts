import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./with-gradient.js";

/** An elementwise function with its derivative, both of the saved input: nothing else is kept for the backward pass. */
function elementwise(value: (x: tf.Tensor) => tf.Tensor, derivative: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return (x) =>
    withGradient([x] as const, ([input], save) => {
      save([input]);
      return { value: value(input), gradient: (dy, saved) => [dy.mul(derivative(saved[0] as tf.Tensor))] };
    });
}

const inverseSquareRootOfTwo = Math.SQRT1_2;
const inverseSquareRootOfTwoPi = 1 / Math.sqrt(2 * Math.PI);
const squareRootOfTwoOverPi = Math.sqrt(2 / Math.PI);

/** x Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel 2016); transformers' `gelu`. */
export const gelu = elementwise(
  (x) => x.mul(normalDistribution(x)),
  (x) => normalDistribution(x).add(x.mul(x.square().mul(-0.5).exp().mul(inverseSquareRootOfTwoPi))),
);

/** The tanh approximation of GELU; transformers' `gelu_pytorch_tanh` and `gelu_new`. */
export const geluTanh = elementwise(
  (x) => x.mul(tanhGate(x).add(1).mul(0.5)),
  (x) => {
    const gate = tanhGate(x);
    const inner = x.square().mul(3 * 0.044715).add(1).mul(squareRootOfTwoOverPi);
    return gate.add(1).mul(0.5).add(x.mul(0.5).mul(tf.sub(1, gate.square())).mul(inner));
  },
);

/** x σ(1.702 x), CLIP's approximation of GELU; transformers' `quick_gelu`. */
export const quickGelu = elementwise(
  (x) => x.mul(x.mul(1.702).sigmoid()),
  (x) => {
    const gate = x.mul(1.702).sigmoid();
    return gate.add(x.mul(1.702).mul(gate).mul(tf.sub(1, gate)));
  },
);

/** x σ(x), the sigmoid linear unit (swish); transformers' `silu`. */
export const silu = elementwise(
  (x) => x.mul(x.sigmoid()),
  (x) => {
    const gate = x.sigmoid();
    return gate.mul(x.mul(tf.sub(1, gate)).add(1));
  },
);

function normalDistribution(x: tf.Tensor): tf.Tensor {
  return x.mul(inverseSquareRootOfTwo).erf().add(1).mul(0.5);
}

function tanhGate(x: tf.Tensor): tf.Tensor {
  return x.add(x.mul(x).mul(x).mul(0.044715)).mul(squareRootOfTwoOverPi).tanh();
}
