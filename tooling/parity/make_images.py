"""What transformers' image processors make of small pictures.

    tooling/parity/python make_images.py [OUT]

Writes two PNG pictures (lines, text-like detail, colour) and, for each processor configuration, its `pixel_values`; they are
made of bytes, so that a difference of one level is a difference of one. The processors are those of the torchvision backend, transformers'
default: they resize rows before columns always, where Pillow 13 begins with the columns of tall pictures (up to 18 levels
apart at hard edges).
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from transformers import CLIPImageProcessor, SiglipImageProcessor, ViTImageProcessor

ROOT = Path(__file__).resolve().parents[2]


def picture(width, height, seed):
    generator = numpy.random.default_rng(seed)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        ends = [int(value) for value in generator.integers(0, [width, height, width, height])]
        draw.line(ends, fill=tuple(int(value) for value in generator.integers(0, 160, 3)), width=int(generator.integers(1, 3)))
    draw.ellipse([width // 4, height // 4, 3 * width // 4, 3 * height // 4], outline="black")
    draw.text((width // 2, height // 2), "AB 60", fill="black")
    return image


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "packages/mmclip/src/__fixtures__/images"
    out.mkdir(parents=True, exist_ok=True)
    pictures = {"wide": picture(71, 46, 1), "tall": picture(33, 58, 2)}
    processors = {
        "siglip": SiglipImageProcessor(size=dict(height=32, width=32)),
        "clip": CLIPImageProcessor(size=dict(shortest_edge=36), crop_size=dict(height=32, width=32)),
        "vit": ViTImageProcessor(size=dict(height=40, width=40)),
    }
    for name, image in pictures.items():
        image.save(out / f"{name}.png", optimize=True)
    for kind, processor in processors.items():
        configuration = json.loads(processor.to_json_string())
        (out / f"{kind}.json").write_text(json.dumps(configuration, indent=2, sort_keys=True) + "\n")
        pixels = {name: torch.from_numpy(numpy.asarray(processor(image, return_tensors="pt")["pixel_values"][0])) for name, image in pictures.items()}
        save_file({name: value.contiguous().to(torch.float32) for name, value in pixels.items()}, out / f"{kind}.safetensors")


if __name__ == "__main__":
    main()
