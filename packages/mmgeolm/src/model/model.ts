import type { ImageProcessor } from "@mmgeo/mmclip";
import { tf } from "@mmgeo/engine";
import type { ChatFormat } from "../text/chat.js";
import type { TextTokenizer } from "../text/tokenizer.js";
import { type DecodingWeights, disposeDecodingWeights } from "./decoding-weights.js";
import type { Parameters } from "./language.js";
import type { ModelConfig } from "./multimodal-config.js";
import { withoutPrefix } from "./names.js";

/** A model with all that inference needs: what one folder holds. */
export interface Model {
  config: ModelConfig;
  /** what `config.json` says, kept whole so that saving loses nothing */
  configFile: Record<string, unknown>;
  /** every parameter by its checkpoint name (see `canonicalName` for LLaVA's spellings) */
  parameters: Parameters;
  /** the spelling each parameter has in the folder it came from */
  fileNames: Record<string, string>;
  /** null where the folder has none: such a model computes logits of ids, but reads and writes no text */
  tokenizer: TextTokenizer | null;
  chat: ChatFormat;
  /** how pictures are brought to the tower; null for a plain language model */
  imageProcessor: ImageProcessor | null;
  /** tokens after which an answer ends */
  endTokens: number[];
  /** matrices packed for decoding, where `withDecodingWeights` made them; those of `parameters` are used otherwise */
  decodingWeights?: DecodingWeights;
}

/** The language model's part of the parameters, named as in a plain causal language model. */
export function languageParameters(model: Pick<Model, "config">, parameters: Parameters): Parameters {
  return model.config.multimodal === null ? parameters : withoutPrefix(parameters, "language_model.");
}

/** Frees the parameters' memory. The model cannot be used afterwards. */
export function disposeModel(model: Model): void {
  tf.dispose(Object.values(model.parameters));
  if (model.decodingWeights !== undefined) disposeDecodingWeights(model.decodingWeights);
}
