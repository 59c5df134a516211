"""Opens checkpoint folders that MMGeo wrote with transformers alone and writes what transformers makes of them.

    tooling/parity/python open_clip_folder.py JOBS.json

JOBS.json is a list of `{"folder", "captions", "images", "out"}`: captions are texts, images paths. `out` gets `input_ids`,
`text_embeds`, `pixel_values`, `image_embeds`. Pictures have to be square: padding to a square is ours and not in
transformers' processors.
"""

import json
import sys

import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer


def open_folder(folder, captions, images, out):
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = AutoImageProcessor.from_pretrained(folder)
    padding = dict(padding="max_length", max_length=tokenizer.model_max_length) if model.config.model_type == "siglip" else dict(padding=True)
    text = tokenizer(captions, return_tensors="pt", truncation=True, **padding)
    pixels = processor([Image.open(path).convert("RGB") for path in images], return_tensors="pt")
    with torch.no_grad():
        arguments = dict(text) if model.config.model_type != "siglip" else dict(input_ids=text["input_ids"])
        output = model(**arguments, **pixels)
    save_file(
        dict(
            input_ids=text["input_ids"].to(torch.int32),
            text_embeds=output.text_embeds.contiguous(),
            pixel_values=pixels["pixel_values"].contiguous(),
            image_embeds=output.image_embeds.contiguous(),
        ),
        out,
    )


if __name__ == "__main__":
    for job in json.load(open(sys.argv[1])):
        open_folder(**job)
