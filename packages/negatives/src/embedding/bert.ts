import { InputError } from "@mmgeo/dataset";
import { attention, embedding, gelu, layerNorm, linear, tf, type Parameters } from "@mmgeo/engine";
import { z } from "zod";

/** What is read of a BERT checkpoint's `config.json`. */
export const bertConfigSchema = z.object({
  model_type: z.literal("bert"),
  hidden_size: z.number().int().min(1).max(16_384),
  num_hidden_layers: z.number().int().min(1).max(200),
  num_attention_heads: z.number().int().min(1).max(256),
  intermediate_size: z.number().int().min(1).max(131_072),
  hidden_act: z.literal("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
  max_position_embeddings: z.number().int().min(2).max(65_536),
  position_embedding_type: z.literal("absolute").default("absolute"),
  vocab_size: z.number().int().min(2).max(10_000_000),
});

export type BertConfig = z.infer<typeof bertConfigSchema>;

/** The parameters a configuration asks for, with their shapes. */
export function bertShapes(config: BertConfig): Record<string, number[]> {
  const { hidden_size: hidden, intermediate_size: intermediate } = config;
  const shapes: Record<string, number[]> = {
    "embeddings.word_embeddings.weight": [config.vocab_size, hidden],
    "embeddings.position_embeddings.weight": [config.max_position_embeddings, hidden],
    "embeddings.LayerNorm.weight": [hidden],
    "embeddings.LayerNorm.bias": [hidden],
  };
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const linearShape = (name: string, out: number, input: number): void => {
      shapes[`encoder.layer.${layer}.${name}.weight`] = [out, input];
      shapes[`encoder.layer.${layer}.${name}.bias`] = [out];
    };
    for (const name of ["query", "key", "value"]) linearShape(`attention.self.${name}`, hidden, hidden);
    linearShape("attention.output.dense", hidden, hidden);
    linearShape("intermediate.dense", intermediate, hidden);
    linearShape("output.dense", hidden, intermediate);
    for (const name of ["attention.output.LayerNorm", "output.LayerNorm"]) {
      shapes[`encoder.layer.${layer}.${name}.weight`] = [hidden];
      shapes[`encoder.layer.${layer}.${name}.bias`] = [hidden];
    }
  }
  return shapes;
}

/** A BERT encoder (Devlin et al. 2018, as in transformers' `BertModel`): token ids [batch, tokens] to hidden states [batch, tokens, hidden]. */
export function bertHiddenStates({ parameters, config, ids, mask }: { parameters: Parameters; config: BertConfig; ids: tf.Tensor; /** 1 for a token, 0 for padding, [batch, tokens] */ mask: tf.Tensor }): tf.Tensor {
  const [batch, tokens] = ids.shape as [number, number];
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const parameter = (name: string): tf.Tensor => {
    const tensor = parameters[name];
    if (tensor === undefined) throw new InputError({ message: `the checkpoint has no ${name}; is it a BERT encoder?`, field: name });
    return tensor;
  };
  const dense = (x: tf.Tensor, name: string): tf.Tensor => linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const normal = (x: tf.Tensor, name: string): tf.Tensor => layerNorm({ x, weight: parameter(`${name}.weight`), bias: parameter(`${name}.bias`), epsilon });
  const split = (x: tf.Tensor): tf.Tensor => x.reshape([batch, tokens, heads, hidden / heads]).transpose([0, 2, 1, 3]);

  const positions = tf.slice(parameter("embeddings.position_embeddings.weight"), [0, 0], [tokens, hidden]);
  let x = embedding(ids, parameter("embeddings.word_embeddings.weight")).add(positions);
  // One text at a time: every token is of the first segment.
  const segments = parameters["embeddings.token_type_embeddings.weight"];
  if (segments !== undefined) x = x.add(tf.slice(segments, [0, 0], [1, hidden]));
  x = normal(x, "embeddings.LayerNorm");
  const keys = mask.reshape([batch, 1, 1, tokens]);
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const name = `encoder.layer.${layer}`;
    const query = split(dense(x, `${name}.attention.self.query`));
    const key = split(dense(x, `${name}.attention.self.key`));
    const value = split(dense(x, `${name}.attention.self.value`));
    const mixed = attention({ query, key, value, mask: keys }).transpose([0, 2, 1, 3]).reshape([batch, tokens, hidden]);
    x = normal(dense(mixed, `${name}.attention.output.dense`).add(x), `${name}.attention.output.LayerNorm`);
    x = normal(dense(gelu(dense(x, `${name}.intermediate.dense`)), `${name}.output.dense`).add(x), `${name}.output.LayerNorm`);
  }
  return x;
}
