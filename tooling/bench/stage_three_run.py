"""One measurement of stage-three.mjs with PyTorch: stage_three_run.py FOLDER full|lora float32|bfloat16 STEPS."""

import json
import resource
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM

folder, kind, precision, steps = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
torch.set_num_threads(2)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).train()


class Adapted(torch.nn.Module):
    """A linear layer that stays as it is, and the product of two narrow matrices beside it."""

    def __init__(self, base, rank=16, alpha=32):
        super().__init__()
        self.base, self.scale = base, alpha / rank
        self.narrow_in = torch.nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.narrow_out = torch.nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + torch.nn.functional.linear(torch.nn.functional.linear(x, self.narrow_in), self.narrow_out) * self.scale


if kind == "lora":
    model.requires_grad_(False)
    for layer in model.model.layers:
        for part, names in ((layer.self_attn, ("q_proj", "k_proj", "v_proj", "o_proj")), (layer.mlp, ("gate_proj", "up_proj", "down_proj"))):
            for name in names:
                setattr(part, name, Adapted(getattr(part, name)))
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.0)
ids = (torch.arange(4 * 256) * 7919 % 40000 + 1000).reshape(4, 256)
labels = ids.clone()
labels[:, :33] = -100


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        loss = model(input_ids=ids, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()


step()
times, processors = [], []
for _ in range(steps):
    started, before = time.perf_counter(), time.process_time()
    step()
    times.append(1000 * (time.perf_counter() - started))
    processors.append(1000 * (time.process_time() - before))
print(json.dumps({"milliseconds": statistics.median(times), "processor": statistics.median(processors), "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
