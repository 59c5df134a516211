"""Makes small random checkpoints with Python's transformers and what they compute, for the parity tests.

Run from this folder, in an environment with torch (CPU) and transformers 5:

    python make_parity_fixtures.py ../src/__fixtures__/parity

Each fixture is a checkpoint folder as `save_pretrained` writes it, `inputs.safetensors` (input_ids, labels,
pixel_values) and `expected.safetensors` (logits, loss, gradients by parameter name, greedy tokens).
"""

import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaForConditionalGeneration,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    SiglipVisionConfig,
)

SIZES = dict(vocab_size=61, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64)
NEW_TOKENS = 12


def language_models():
    yield "llama", LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=2))
    yield "llama-tied-bias", LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=4, tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=6, hidden_act="gelu"))
    scaling = dict(rope_type="llama3", rope_theta=5000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
    yield "llama-3", LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=1, rope_parameters=scaling))
    scaling = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16)
    yield "llama-yarn", LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=2, rope_parameters=scaling))
    scaling = dict(rope_type="dynamic", rope_theta=10000.0, factor=2.0)
    yield "llama-dynamic", LlamaForCausalLM(LlamaConfig(**{**SIZES, "max_position_embeddings": 12}, num_key_value_heads=2, rope_parameters=scaling))
    yield "mistral", MistralForCausalLM(MistralConfig(**SIZES, num_key_value_heads=2, sliding_window=5))
    yield "qwen2", Qwen2ForCausalLM(Qwen2Config(**SIZES, num_key_value_heads=2, tie_word_embeddings=True))
    yield "qwen2-window", Qwen2ForCausalLM(Qwen2Config(**SIZES, num_key_value_heads=2, use_sliding_window=True, sliding_window=4, max_window_layers=1))


def multimodal_models():
    text = LlamaConfig(**SIZES, num_key_value_heads=2)
    tower = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, image_size=24, patch_size=8)
    yield "llava-clip", LlavaForConditionalGeneration(LlavaConfig(vision_config=CLIPVisionConfig(**tower), text_config=text, image_token_index=60)), 9
    siglip = SiglipVisionConfig(**tower, vision_use_head=False)
    yield "llava-siglip", LlavaForConditionalGeneration(LlavaConfig(vision_config=siglip, text_config=Qwen2Config(**SIZES, num_key_value_heads=2, tie_word_embeddings=True), image_token_index=60, vision_feature_select_strategy="full", vision_feature_layer=[-2, 1])), 9


def randomise(model):
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            norm = "norm" in name and name.endswith("weight")
            parameter.copy_(1 + 0.1 * noise if norm else 0.25 * noise if parameter.dim() > 1 else 0.1 * noise)
    return model.eval().float()


def write(root, name, model, inputs):
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    output = model(**inputs)
    output.loss.backward()
    expected = {"logits": output.logits.detach(), "loss": output.loss.detach().reshape(1)}
    for parameter_name, parameter in model.named_parameters():
        if parameter.grad is not None:
            expected[f"grad.{parameter_name}"] = parameter.grad
    prompt = {key: value[:1] for key, value in inputs.items() if key != "labels"}
    generated = model.generate(**prompt, max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0)
    expected["generated"] = generated.to(torch.int32)
    save_file({key: value.contiguous() for key, value in inputs.items()}, folder / "inputs.safetensors")
    save_file({key: value.clone().contiguous() for key, value in expected.items()}, folder / "expected.safetensors")
    print(name, float(output.loss.detach()), generated[0].tolist())


def main():
    root = Path(sys.argv[1])
    torch.manual_seed(0)
    tokens = torch.randint(3, 59, (2, 14))
    labels = tokens.clone()
    labels[:, :5] = -100
    labels[1, 11:] = -100
    for name, model in language_models():
        write(root, name, randomise(model), dict(input_ids=tokens, labels=labels))
    for name, model, per_image in multimodal_models():
        row = torch.cat([tokens[:, :2], torch.full((2, per_image), 60), tokens[:, 2:]], dim=1)
        row_labels = torch.cat([torch.full((2, 2 + per_image), -100), labels[:, 2:]], dim=1)
        pixels = torch.randn(2, 3, 24, 24)
        write(root, name, randomise(model), dict(input_ids=row, labels=row_labels, pixel_values=pixels))


main()
