"""The training step of step.mjs in PyTorch, eager, with its fused attention: step.py JSON -> one line of JSON on standard output."""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as functional
from torch import nn

options = json.loads(sys.argv[1])
layers, width, heads, tokens, batch = (options[name] for name in ("layers", "width", "heads", "tokens", "batch"))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        normal = self.norm1(x)
        query, key, value = (layer(normal).view(batch, tokens, heads, width // heads).transpose(1, 2) for layer in (self.query, self.key, self.value))
        mixed = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


device = options.get("device", "cpu")
model = nn.Sequential(*(Block() for _ in range(layers))).to(device)
step = torch.compile(model) if options.get("compile") else model
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
x = torch.randn(batch, tokens, width, device=device)
times, processor_times = [], []
for _ in range(options["steps"]):
    started, processor_started = time.perf_counter(), time.process_time()
    with torch.autocast(device, dtype=torch.bfloat16, enabled=options["precision"] == "bfloat16"):
        loss = step(x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()
    times.append((time.perf_counter() - started) * 1000)
    processor_times.append((time.process_time() - processor_started) * 1000)
peak = torch.cuda.max_memory_allocated() if device == "cuda" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"first": times[0], "times": times[1:], "processorTimes": processor_times[1:], "peak": peak}))
