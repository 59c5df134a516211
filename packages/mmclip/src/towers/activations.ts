import { gelu, geluTanh, quickGelu, silu, tf } from "@mmgeo/engine";

function softplus(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}

/** What transformers names differently and computes alike stands here once under each name. */
export const activations = {
  gelu,
  gelu_python: gelu,
  gelu_10: (x: tf.Tensor) => tf.clipByValue(gelu(x), -10, 10),
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_accurate: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_python_tanh: geluTanh,
  quick_gelu: quickGelu,
  silu,
  swish: silu,
  relu: (x: tf.Tensor) => tf.relu(x),
  relu2: (x: tf.Tensor) => tf.square(tf.relu(x)),
  relu6: (x: tf.Tensor) => tf.relu6(x),
  leaky_relu: (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
  hardswish: (x: tf.Tensor) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6),
  mish: (x: tf.Tensor) => tf.mul(x, tf.tanh(softplus(x))),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  tanh: (x: tf.Tensor) => tf.tanh(x),
  linear: (x: tf.Tensor) => x,
} satisfies Record<string, (x: tf.Tensor) => tf.Tensor>;

/** An activation by transformers' name (`ACT2FN`). */
export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
