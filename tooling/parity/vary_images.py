"""What transformers' image processors make of pictures of every kind under random configurations.

    tooling/parity/python vary_images.py OUT [COUNT] [SEED]

Writes pictures (grey, palette, transparent, 16 bits a channel, JPEG) and, for each configuration, a folder with
`preprocessor_config.json` and `reference.safetensors`: the `pixel_values` of each picture by its file name. Combinations that
transformers refuses are left out.
"""

import json
import random
import sys
from pathlib import Path

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import AutoImageProcessor

from make_images import picture

KINDS = ["SiglipImageProcessor", "CLIPImageProcessor", "ViTImageProcessor", "SiglipImageProcessorFast", "CLIPFeatureExtractor", "ViTFeatureExtractor"]


def pictures(out):
    wide, tall = picture(71, 46, 1), picture(33, 58, 2)
    alpha = Image.fromarray(numpy.linspace(0, 255, 71 * 46).reshape(46, 71).astype(numpy.uint8))
    transparent = wide.copy()
    transparent.putalpha(alpha)
    grey = wide.convert("L")
    grey_alpha = grey.copy()
    grey_alpha.putalpha(alpha)
    palette = wide.quantize(16)
    deep = Image.fromarray((numpy.asarray(grey).astype(numpy.uint16) * 257))
    yield "wide.png", wide, {}
    yield "tall.png", tall, {}
    yield "one.png", picture(1, 9, 3), {}
    yield "transparent.png", transparent, {}
    yield "grey.png", grey, {}
    yield "grey-alpha.png", grey_alpha, {}
    yield "palette.png", palette, {}
    yield "palette-transparent.png", palette, dict(transparency=0)
    yield "bilevel.png", wide.convert("1"), {}
    yield "deep.png", deep, {}
    yield "photo.jpg", wide, dict(quality=90)
    yield "grey.jpg", grey, dict(quality=90)


def size_of(chance):
    return chance.choice([dict(height=32, width=32), dict(height=21, width=40), dict(shortest_edge=30), 28, [24, 36], dict(height=100, width=90), dict(shortest_edge=90), dict(shortest_edge=24, longest_edge=30), dict(max_height=30, max_width=40)])


def configuration(chance):
    result = dict(image_processor_type=chance.choice(KINDS))
    if result["image_processor_type"].endswith("Extractor"):
        result["feature_extractor_type"] = result.pop("image_processor_type")
    optional = dict(
        size=size_of(chance),
        resample=chance.choice([0, 1, 2, 3, 3, 2, 4, 5]),
        do_resize=chance.random() < 0.85,
        do_center_crop=chance.random() < 0.5,
        crop_size=chance.choice([20, dict(height=26, width=18), dict(height=120, width=110), [30, 31]]),
        do_rescale=chance.random() < 0.8,
        rescale_factor=chance.choice([1 / 255, 1 / 127.5, 0.5]),
        do_normalize=chance.random() < 0.8,
        image_mean=chance.choice([[0.5, 0.5, 0.5], [0.4, 0.3, 0.2], [127.0, 3.0, 9.5]]),
        image_std=chance.choice([[0.5, 0.5, 0.5], [0.1, 0.3, 0.9]]),
        do_convert_rgb=chance.choice([True, True, False, None]),
    )
    for key, value in optional.items():
        if chance.random() < 0.6:
            result[key] = value
    return result


def main():
    out = Path(sys.argv[1])
    count, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 60, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    out.mkdir(parents=True, exist_ok=True)
    names = []
    for name, image, options in pictures(out):
        image.save(out / name, **options)
        names.append(name)
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        folder = out / f"{number:03d}"
        folder.mkdir(exist_ok=True)
        config = configuration(chance)
        (folder / "preprocessor_config.json").write_text(json.dumps(config, indent=1))
        reference = {}
        # The default backend cannot resize with a box or Hamming's window; Pillow's can.
        backend = "pil" if config.get("resample") in (4, 5) else "torchvision"
        refused = []
        for name in names:
            try:
                processor = AutoImageProcessor.from_pretrained(folder, backend=backend)
                pixels = torch.as_tensor(numpy.asarray(processor(Image.open(out / name), return_tensors="pt")["pixel_values"][0])).to(torch.float32)
                if pixels.shape[0] == 3:
                    reference[name] = pixels.contiguous()
            except Exception as error:
                refused.append(str(error)[:90].replace("\n", " "))
        if refused:
            print(number, backend, len(refused), "refused:", refused[0])
        save_file(reference, folder / "reference.safetensors")


if __name__ == "__main__":
    main()
