// The training step of the engine's benchmarks: a pre-norm transformer over tokens, as a vision tower has them.
import { attention, gelu, layerNorm, linear, randomNormal, tf } from "@mmgeo/engine";

/** Parameters of `layers` blocks, initialised alike on both sides by shape only: the work does not depend on values. */
export function createParameters({ layers, width }) {
  const parameters = {};
  let seed = 0;
  const matrix = (name, out, size) => {
    seed += 1;
    parameters[`${name}.weight`] = randomNormal({ shape: [out, size], seed });
    parameters[`${name}.bias`] = tf.zeros([out]);
  };
  for (let index = 0; index < layers; index += 1) {
    const layer = `layers.${index}`;
    for (const norm of ["norm1", "norm2"]) {
      parameters[`${layer}.${norm}.weight`] = tf.ones([width]);
      parameters[`${layer}.${norm}.bias`] = tf.zeros([width]);
    }
    for (const name of ["query", "key", "value", "out"]) matrix(`${layer}.${name}`, width, width);
    matrix(`${layer}.up`, 4 * width, width);
    matrix(`${layer}.down`, width, 4 * width);
  }
  return parameters;
}

/** The mean square of the last hidden state. */
export function lossOf({ parameters, x, layers, heads }) {
  const [batch, tokens, width] = x.shape;
  const dense = (name, input) => linear(input, parameters[`${name}.weight`], parameters[`${name}.bias`]);
  const norm = (name, input) => layerNorm({ x: input, weight: parameters[`${name}.weight`], bias: parameters[`${name}.bias`] });
  const split = (input) => input.reshape([batch, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);
  let hidden = x;
  for (let index = 0; index < layers; index += 1) {
    const layer = `layers.${index}`;
    const normal = norm(`${layer}.norm1`, hidden);
    const mixed = attention({ query: split(dense(`${layer}.query`, normal)), key: split(dense(`${layer}.key`, normal)), value: split(dense(`${layer}.value`, normal)) });
    hidden = hidden.add(dense(`${layer}.out`, mixed.transpose([0, 2, 1, 3]).reshape([batch, tokens, width])));
    hidden = hidden.add(dense(`${layer}.down`, gelu(dense(`${layer}.up`, norm(`${layer}.norm2`, hidden)))));
  }
  return hidden.square().mean();
}
