"""Opens a folder with Python's transformers and says what it computes there.

    python open_checkpoint.py FOLDER INPUTS.safetensors OUTPUT.safetensors TEXT

Writes the logits of input_ids (and pixel_values), the greedy continuation of the first row by 8 tokens, and the ids that
the folder's tokenizer gives TEXT, with and without its chat template.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, LlavaForConditionalGeneration


def main():
    folder, source, target, text = sys.argv[1:]
    kind = json.loads((Path(folder) / "config.json").read_text())["model_type"]
    loader = LlavaForConditionalGeneration if kind == "llava" else AutoModelForCausalLM
    model, report = loader.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    problems = {key: sorted(map(str, value)) for key, value in report.items() if value and key in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if problems:
        sys.exit(f"{folder}: {problems}")
    inputs = load_file(source)
    inputs["input_ids"] = inputs["input_ids"].long()
    with torch.no_grad():
        logits = model.eval()(**inputs).logits
        generated = model.generate(**{key: value[:1] for key, value in inputs.items()}, max_new_tokens=8, min_new_tokens=8, do_sample=False, eos_token_id=None, pad_token_id=0)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chat = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, tokenize=False)
    save_file(
        {
            "logits": logits.contiguous(),
            "generated": generated.int().contiguous(),
            "text": torch.tensor(tokenizer(text, add_special_tokens=False)["input_ids"], dtype=torch.int32),
            "chat": torch.tensor(tokenizer(chat, add_special_tokens=False)["input_ids"], dtype=torch.int32),
        },
        target,
    )


main()
