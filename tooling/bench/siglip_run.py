"""The step of siglip.mjs with transformers' SiglipModel (SDPA) and AdamW, eager: siglip_run.py JSON -> one line of JSON."""

import json
import resource
import sys
import time

import torch
from transformers import SiglipConfig, SiglipModel

options = json.loads(sys.argv[1])
width, side, tokens, samples, candidates = (options[name] for name in ("width", "side", "tokens", "samples", "candidates"))
tower = dict(hidden_size=width, intermediate_size=4 * width, num_hidden_layers=options["layers"], num_attention_heads=options["heads"])
model = SiglipModel._from_config(
    SiglipConfig(
        vision_config=dict(tower, image_size=side, patch_size=options["patch"]),
        text_config=dict(tower, vocab_size=options["vocabulary"], max_position_embeddings=tokens, projection_size=width),
    ),
    attn_implementation="sdpa",
)
is_text = options["form"] == "text"
images, texts = (samples, samples * candidates) if is_text else (samples * candidates, samples)
pixels = torch.randn(images, 3, side, side)
ids = (torch.arange(texts * tokens) * 7919 % options["vocabulary"]).reshape(texts, tokens)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
target = torch.zeros(samples, dtype=torch.long)
times, processor_times = [], []
for _ in range(options["steps"]):
    started, processor_started = time.perf_counter(), time.process_time()
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options["precision"] == "bfloat16"):
        output = model(input_ids=ids, pixel_values=pixels)
    anchors, others = (output.image_embeds, output.text_embeds) if is_text else (output.text_embeds, output.image_embeds)
    cosines = torch.einsum("gd,gcd->gc", anchors.float(), others.float().reshape(samples, candidates, -1))
    loss = torch.nn.functional.cross_entropy(model.logit_scale.exp() * cosines + model.logit_bias, target)
    loss.backward()
    optimizer.step()
    loss.item()
    times.append((time.perf_counter() - started) * 1000)
    processor_times.append((time.process_time() - processor_started) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"times": times[1:], "processorTimes": processor_times[1:], "peak": peak}))
