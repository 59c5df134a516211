import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { attribute, singleOperation } from "../backend/operation.js";
import { withGradient } from "./with-gradient.js";

/** The activations by their number in native/kernels.cc. */
const kinds = { gelu: 0, geluTanh: 1, quickGelu: 2, silu: 3 } as const;

/**
 * An elementwise function with its derivative, both of the saved input: nothing else is kept for the backward pass. One
 * operation of the engine's own where there is one, else a composition of TensorFlow's.
 */
function elementwise(kind: keyof typeof kinds, value: (x: tf.Tensor) => tf.Tensor, derivative: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  const attributes = [attribute.int("kind", kinds[kind])];
  return (x) =>
    withGradient([x] as const, ([input], save) => {
      save([input]);
      if (requireBackend().kernels) {
        const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => [singleOperation("MMGeoActivationGrad", [saved[0] as tf.Tensor, dy], attributes)];
        return { value: singleOperation("MMGeoActivation", [input], attributes), gradient };
      }
      return { value: value(input), gradient: (dy, saved) => [dy.mul(derivative(saved[0] as tf.Tensor))] };
    });
}

const inverseSquareRootOfTwo = Math.SQRT1_2;
const inverseSquareRootOfTwoPi = 1 / Math.sqrt(2 * Math.PI);
const squareRootOfTwoOverPi = Math.sqrt(2 / Math.PI);

/** x Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel 2016); transformers' `gelu`. */
export const gelu = elementwise(
  "gelu",
  (x) => x.mul(normalDistribution(x)),
  (x) => normalDistribution(x).add(x.mul(x.square().mul(-0.5).exp().mul(inverseSquareRootOfTwoPi))),
);

/** The tanh approximation of GELU; transformers' `gelu_pytorch_tanh` and `gelu_new`. */
export const geluTanh = elementwise(
  "geluTanh",
  (x) => x.mul(tanhGate(x).add(1).mul(0.5)),
  (x) => {
    const gate = tanhGate(x);
    const inner = x.square().mul(3 * 0.044715).add(1).mul(squareRootOfTwoOverPi);
    return gate.add(1).mul(0.5).add(x.mul(0.5).mul(tf.sub(1, gate.square())).mul(inner));
  },
);

/** x σ(1.702 x), CLIP's approximation of GELU; transformers' `quick_gelu`. */
export const quickGelu = elementwise(
  "quickGelu",
  (x) => x.mul(x.mul(1.702).sigmoid()),
  (x) => {
    const gate = x.mul(1.702).sigmoid();
    return gate.add(x.mul(1.702).mul(gate).mul(tf.sub(1, gate)));
  },
);

/** x σ(x), the sigmoid linear unit (swish); transformers' `silu`. */
export const silu = elementwise(
  "silu",
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
