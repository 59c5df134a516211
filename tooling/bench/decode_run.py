"""One measurement of decode.mjs with Python's transformers: decode_run.py FOLDER float32|bfloat16 TOKENS."""

import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM

folder, precision, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(2)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, precision)).eval()


def prompt_of(length, seed):
    return [1000 + (at * 7919 + seed * 104_729) % 40_000 for at in range(length)]


def seconds(prompts, new_tokens):
    ids = torch.tensor(prompts)
    started = time.perf_counter()
    with torch.inference_mode():
        model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=new_tokens, do_sample=False, eos_token_id=None, pad_token_id=0)
    return time.perf_counter() - started


result = {}
long = [prompt_of(512, 0)]
seconds(long, 1)
result["prefill"] = 512 / min(seconds(long, 1), seconds(long, 1))
for name, rows in (("one", 1), ("eight", 8)):
    prompts = [prompt_of(32, row) for row in range(rows)]
    seconds(prompts, 2)
    whole = seconds(prompts, 1 + tokens)
    result[name] = rows * tokens / (whole - seconds(prompts, 1))
print(json.dumps(result))
