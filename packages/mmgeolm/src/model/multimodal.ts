import { embedding, tf } from "@mmgeo/engine";
import { visionTower } from "@mmgeo/mmclip";
import { activate, namedLinear, type Parameters } from "./language.js";
import type { MultimodalConfig } from "./multimodal-config.js";
import { withoutPrefix } from "./names.js";

/**
 * What the vision tower tells the projector: hidden states of the chosen layers, `[images, tokens, width]`.
 *
 * @param parameters of the whole model
 * @param pixels `[images, 3, side, side]`, transformers' `pixel_values`
 */
export function visionFeatures({ parameters, config, pixels }: { parameters: Parameters; config: MultimodalConfig; pixels: tf.Tensor }): tf.Tensor3D {
  const { hiddenStates } = visionTower({ parameters: withoutPrefix(parameters, "vision_tower."), config: config.vision, pixels });
  const chosen = config.featureLayers.map((layer) => {
    const states = hiddenStates.at(layer);
    if (states === undefined) throw new Error(`the tower has no hidden state ${layer}`);
    const [images, tokens, width] = states.shape as [number, number, number];
    return config.featureSelection === "default" ? tf.slice(states, [0, 1, 0], [images, tokens - 1, width]) : states;
  });
  return (chosen.length === 1 ? chosen[0] : tf.concat(chosen, -1)) as tf.Tensor3D;
}

/** Two linear layers with an activation between (`mlp2x_gelu`): image features in the language model's width, `[images, tokens, hiddenSize]`. */
export function projectFeatures({ parameters, config, features }: { parameters: Parameters; config: MultimodalConfig; features: tf.Tensor3D }): tf.Tensor3D {
  const hidden = activate(namedLinear(parameters, "multi_modal_projector.linear_1", features), config.projectorActivation);
  return namedLinear(parameters, "multi_modal_projector.linear_2", hidden) as tf.Tensor3D;
}

/** Shapes of the projector's parameters. */
export function projectorParameterShapes(config: MultimodalConfig): Record<string, number[]> {
  const from = config.vision.hidden_size * config.featureLayers.length;
  const to = config.language.hiddenSize;
  return {
    "multi_modal_projector.linear_1.weight": [to, from],
    "multi_modal_projector.linear_2.weight": [to, to],
    ...(config.projectorBias ? { "multi_modal_projector.linear_1.bias": [to], "multi_modal_projector.linear_2.bias": [to] } : {}),
  };
}

/** Where image features stand in a batch of token ids. */
export interface ImagePlaces {
  /** for each token the number of the feature in its place, counted over all images of the batch; 0 for text */
  rows: Int32Array;
  /** 1 where a feature stands, 0 for text */
  isImage: Float32Array;
}

export function imagePlaces(ids: ArrayLike<number>, imageToken: number): ImagePlaces {
  const rows = new Int32Array(ids.length);
  const isImage = new Float32Array(ids.length);
  let next = 0;
  for (let at = 0; at < ids.length; at += 1) {
    if (ids[at] !== imageToken) continue;
    rows[at] = next++;
    isImage[at] = 1;
  }
  return { rows, isImage };
}

/**
 * Puts image features in the place of image tokens.
 *
 * @param embeddings of the tokens, `[batch, tokens, hiddenSize]`
 * @param features `[images, tokens an image, hiddenSize]`
 * @param rows int32 `[batch, tokens]`, and `isImage` float `[batch, tokens, 1]`: see {@link imagePlaces}
 */
export function placeFeatures({ embeddings, features, rows, isImage }: { embeddings: tf.Tensor3D; features: tf.Tensor3D; rows: tf.Tensor; isImage: tf.Tensor }): tf.Tensor3D {
  const [images, tokens, width] = features.shape;
  const placed = embedding(rows, tf.reshape(features, [images * tokens, width]));
  return embeddings.mul(tf.sub(1, isImage)).add(placed.mul(isImage)) as tf.Tensor3D;
}
