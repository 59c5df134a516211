import { compile, type Compiled, softmax, tf } from "@mmgeo/engine";
import { embedTokens, languageModel, type Parameters, type Rotation } from "../model/language.js";
import { placesOf, rotationOf } from "../model/logits.js";
import { causalMasks } from "../model/masks.js";
import { languageParameters, type Model } from "../model/model.js";
import { type ModelConfig, tokensPerImage } from "../model/multimodal-config.js";
import { placeFeatures, projectFeatures, visionFeatures } from "../model/multimodal.js";

/** How much an answer looked at each patch of a picture. */
export interface PatchAttention {
  /** patches along a side */
  side: number;
  /** `side * side` shares, row by row from the top left, that sum to 1 over the patches */
  values: number[];
}

interface Input {
  ids: tf.Tensor2D;
  pixels: tf.Tensor;
  places: { rows: tf.Tensor; isImage: tf.Tensor };
  rotation: Rotation;
}

/** Beyond this, the attention of all tokens to all would take more memory than a picture of it is worth. */
const mostTokens = 2048;

const lengthStep = 64;

const compiled = new WeakMap<ModelConfig, Compiled<[Parameters, Input], tf.Tensor>>();

/** For each token, its attention to every token, averaged over heads and layers: `[tokens, tokens]`. */
function attentionOf(model: Pick<Model, "config">): Compiled<[Parameters, Input], tf.Tensor> {
  const known = compiled.get(model.config);
  if (known !== undefined) return known;
  const { language, multimodal } = model.config;
  if (multimodal === null) throw new Error("a plain language model looks at no picture");
  const made = compile((parameters: Parameters, { ids, pixels, places, rotation }: Input) => {
    const own = languageParameters(model, parameters);
    const tokens = ids.shape[1];
    const features = projectFeatures({ parameters, config: multimodal, features: visionFeatures({ parameters, config: multimodal, pixels }) });
    const embeddings = placeFeatures({ embeddings: embedTokens(own, ids), features, ...places });
    const order = orderMask(tokens);
    const layers: tf.Tensor[] = [];
    languageModel({
      parameters: own,
      config: language,
      embeddings,
      rotation,
      masks: causalMasks(language, tokens),
      observe: (_, { query, keys }) => {
        const group = language.heads / language.keyValueHeads;
        const folded = tf.reshape(query, [language.keyValueHeads, group * tokens, language.headSize]);
        const scores = tf.matMul(folded, tf.reshape(keys, [language.keyValueHeads, tokens, language.headSize]), false, true).mul(1 / Math.sqrt(language.headSize));
        layers.push(tf.mean(softmax(tf.reshape(scores, [language.heads, tokens, tokens]).add(order)), 0));
      },
    });
    return tf.addN(layers).div(language.layers);
  });
  compiled.set(model.config, made);
  return made;
}

/**
 * Which patches an answer looked at: the attention of its tokens to each image token of the first picture, averaged over heads, layers
 * and tokens, as shares of the picture. It shows where the model reads from, not why it answers as it does.
 *
 * @param prompt ids with the picture's image tokens
 * @param answer ids that followed
 * @returns null for a plain language model, an empty answer, a conversation of over 2,048 tokens, or a tower whose tokens are no whole grid
 */
export async function patchAttention({ model, prompt, answer, pixels }: { model: Model; prompt: readonly number[]; answer: readonly number[]; pixels: tf.Tensor4D }): Promise<PatchAttention | null> {
  const { multimodal, language } = model.config;
  const tokens = prompt.length + answer.length;
  if (multimodal === null || answer.length === 0 || tokens > mostTokens) return null;
  const side = Math.floor(multimodal.vision.image_size / multimodal.vision.patch_size);
  // A class token, where it is kept, stands before the patches.
  if (tokensPerImage(multimodal) < side * side) return null;
  // Padding at the end is seen by nothing before it, and few lengths need few graphs.
  const padded = Math.ceil(tokens / lengthStep) * lengthStep;
  const ids = new Int32Array(padded).fill(prompt[0] === multimodal.imageToken ? (answer[0] as number) : (prompt[0] as number));
  ids.set([...prompt, ...answer]);
  const input: Input = { ids: tf.tensor2d(ids, [1, padded], "int32"), pixels, places: placesOf({ ids, batch: 1, tokens: padded }, multimodal.imageToken), rotation: rotationOf(language, padded) };
  const result = attentionOf(model)(model.parameters, input);
  const weights = (await result.data()) as Float32Array;
  tf.dispose([input.ids, input.places.rows, input.places.isImage, input.rotation.cosine, input.rotation.sine, result]);
  const first = ids.indexOf(multimodal.imageToken);
  const offset = first + tokensPerImage(multimodal) - side * side;
  const looked = Array.from({ length: side * side }, (_, patch) => {
    let sum = 0;
    for (let token = prompt.length; token < tokens; token += 1) sum += weights[token * padded + offset + patch] as number;
    return sum;
  });
  const total = looked.reduce((sum, value) => sum + value, 0);
  return { side, values: looked.map((value) => value / Math.max(total, 1e-12)) };
}

/** Added to scores so that no token sees a later one, `[tokens, tokens]`. */
function orderMask(tokens: number): tf.Tensor2D {
  const values = new Float32Array(tokens * tokens);
  for (let token = 0; token < tokens; token += 1) values.fill(-1e9, token * tokens + token + 1, (token + 1) * tokens);
  return tf.tensor2d(values, [tokens, tokens]);
}
