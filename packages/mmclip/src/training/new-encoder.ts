import type { ActivationName } from "../config/tower-config.js";
import { type ClipModel, createModel } from "../model/model.js";
import { CaptionTokenizer } from "../text/caption-tokenizer.js";
import { specialTokenIds, tokenizerConfig, trainTokenizer } from "../text/train-tokenizer.js";
import type { Sample } from "./sample.js";

/** The size of one tower of a new encoder. */
export interface TowerSize {
  width: number;
  layers: number;
  heads: number;
  /** Width of the perceptron between the attention layers. @default 4 * width */
  intermediate?: number;
}

export interface NewEncoderOptions {
  /** Every caption the encoder is to read in training: the tokenizer's words come from them. */
  captions: Iterable<string>;
  seed: number;
  /** `siglip` attends to its padding and pools by attention; `clip` reads texts from left to right. @default "siglip" */
  type?: "siglip" | "clip";
  vision: TowerSize & { imageSize: number; patchSize: number };
  text: TowerSize;
  /** The most tokens of a caption. Without it, the longest caption's, rounded up to eight. */
  maximumTokens?: number;
  /** Words seen less often are spelled. @default 2 */
  minimumCount?: number;
  /** Width of the shared space; SigLIP's is that of its vision tower. @default the vision tower's width */
  embeddingSize?: number;
  /** The activation of both towers; `relu` is the cheapest. @default "gelu_pytorch_tanh" */
  activation?: ActivationName;
  /** The factor on cosines at the start. @default 10 */
  initialScale?: number;
}

/**
 * Mean and standard deviation of the pixels of line drawings, the white between 0 and 1. With these a white patch is all but
 * zero and ink is large; with the usual 0.5 all drawings look alike to a new encoder, and it does not begin to learn.
 */
const LINE_DRAWING = { mean: 0.95, deviation: 0.18 };

/** A longer text is cut even where it was seen in training. */
const LONGEST_TEXT = 256;

/** All captions of samples, those of negatives included. */
export function* captionsOf(samples: Iterable<Sample>): Iterable<string> {
  for (const { caption, textNegatives, imageNegatives } of samples) {
    yield caption;
    for (const negative of textNegatives) yield negative.caption;
    for (const negative of imageNegatives) if (negative.caption !== null) yield negative.caption;
  }
}

function tower({ width, layers, heads, intermediate = 4 * width }: TowerSize): { hidden_size: number; num_hidden_layers: number; num_attention_heads: number; intermediate_size: number } {
  return { hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads, intermediate_size: intermediate };
}

/** A new dual encoder of a given size with a tokenizer trained on the captions it will read. */
export function newEncoder({ captions, seed, type = "siglip", vision, text, maximumTokens, minimumCount = 2, embeddingSize = vision.width, activation = "gelu_pytorch_tanh", initialScale = 10 }: NewEncoderOptions): ClipModel {
  const list = [...new Set(captions)];
  const begin = type === "clip";
  const file = trainTokenizer({ captions: list, begin, minimumCount });
  let tokens = maximumTokens;
  if (tokens === undefined) {
    const measuring = new CaptionTokenizer({ tokenizer: file, config: tokenizerConfig({ maximumTokens: LONGEST_TEXT, begin }), maximumTokens: LONGEST_TEXT });
    const longest = list.reduce((length, caption) => Math.max(length, measuring.encode(caption).length), 1);
    tokens = Math.ceil(longest / 8) * 8;
  }
  const tokenizer = new CaptionTokenizer({ tokenizer: file, config: tokenizerConfig({ maximumTokens: tokens, begin }), maximumTokens: tokens });
  const visionConfig = { ...tower(vision), image_size: vision.imageSize, patch_size: vision.patchSize, hidden_act: activation };
  const textConfig = {
    ...tower(text),
    hidden_act: activation,
    max_position_embeddings: tokens,
    vocab_size: tokenizer.vocabularySize,
    pad_token_id: specialTokenIds.padding,
    bos_token_id: begin ? specialTokenIds.begin : null,
    eos_token_id: specialTokenIds.end,
  };
  const config: unknown =
    type === "siglip"
      ? { model_type: "siglip", vision_config: visionConfig, text_config: { ...textConfig, projection_size: vision.width } }
      : { model_type: "clip", projection_dim: embeddingSize, logit_scale_init_value: Math.log(initialScale), vision_config: visionConfig, text_config: textConfig };
  const model = createModel({ config, seed, tokenizer });
  const { mean, deviation } = LINE_DRAWING;
  return { ...model, imageProcessor: { ...model.imageProcessor, image_mean: [mean, mean, mean], image_std: [deviation, deviation, deviation] } };
}
