"""What Python's transformers computes with SmolLM2-135M, dequantised from its GGUF file by the gguf package, on real prompts: token ids by
the tokenizers library, logits, and greedy tokens. Writes src/__fixtures__/smollm2/{prompts.json,expected.safetensors}.

    npx mmgeo models pull smollm2
    tooling/parity/setup.sh && tooling/parity/python -m pip install gguf
    tooling/parity/python packages/mmgeolm/scripts/make_gguf_reference.py FILE.gguf
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

PROMPTS = [
    "In triangle ABC, points D and E lie on AB and AC, and DE is parallel to BC. AD = 2, DB = 4 and DE = 2. How long is BC?",
    "Write one sentence about the Pythagorean theorem.",
    "¿Cuánto mide el ángulo ∠ABC si AB ⊥ BC?\n\nReply in English, in   one word: 90° or 45.5°?",
]
NEW_TOKENS = 48
EVERY = 64  # of the vocabulary, one logit in so many is kept

reader = gguf.GGUFReader(sys.argv[1])
field = lambda name: reader.fields[name].contents()
config = LlamaConfig(
    vocab_size=field("llama.vocab_size"),
    hidden_size=field("llama.embedding_length"),
    intermediate_size=field("llama.feed_forward_length"),
    num_hidden_layers=field("llama.block_count"),
    num_attention_heads=field("llama.attention.head_count"),
    num_key_value_heads=field("llama.attention.head_count_kv"),
    rms_norm_eps=field("llama.attention.layer_norm_rms_epsilon"),
    max_position_embeddings=field("llama.context_length"),
    rope_parameters={"rope_type": "default", "rope_theta": field("llama.rope.freq_base")},
    tie_word_embeddings=True,
)
model = LlamaForCausalLM(config).eval()
names = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
parts = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
state = {}
for tensor in reader.tensors:
    values = torch.from_numpy(np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32))
    stem = tensor.name.removesuffix(".weight")
    if stem.startswith("blk."):
        _, layer, part = stem.split(".")
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}.get(part)
        if heads is not None:  # llama.cpp keeps the two rows of a rotated pair side by side
            rows, width = values.shape
            values = values.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)
        state[f"model.layers.{layer}.{parts[part]}.weight"] = values
    else:
        state[f"{names[stem]}.weight"] = values
missing, unexpected = model.load_state_dict(state, strict=False)
assert not unexpected and missing in ([], ["lm_head.weight"]), (missing, unexpected)
model.tie_weights()

# SmolLM2's published tokenizer: every digit by itself, then bytes.
tokens = field("tokenizer.ggml.tokens")
merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
bpe = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
bpe.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
bpe.decoder = decoders.ByteLevel()
bpe.add_special_tokens([AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, field("tokenizer.ggml.token_type")) if kind == 3])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, chat_template=field("tokenizer.chat_template"))

folder = Path(__file__).parent.parent / "src" / "__fixtures__" / "smollm2"
folder.mkdir(parents=True, exist_ok=True)
cases, arrays = [], {}
for index, prompt in enumerate(PROMPTS):
    text = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True)
    ids = bpe.encode(text, add_special_tokens=False).ids
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
        made = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None, pad_token_id=2)[0, len(ids):]
    arrays[f"{index}.logits"] = logits[:, ::EVERY].contiguous().numpy()
    arrays[f"{index}.normalizer"] = torch.logsumexp(logits, -1).numpy()
    margins = logits.topk(2).values
    cases.append({"prompt": prompt, "text": text, "ids": ids, "greedy": made.tolist(), "answer": bpe.decode(made.tolist()), "smallest_margin": round(float((margins[:, 0] - margins[:, 1])[-1]), 4)})
(folder / "prompts.json").write_text(json.dumps({"every": EVERY, "cases": cases}, ensure_ascii=False, indent=1) + "\n")
save_file(arrays, folder / "expected.safetensors")
