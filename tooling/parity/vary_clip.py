"""Random checkpoints of shapes that no fixture has, and what transformers computes with them.

    tooling/parity/python vary_clip.py OUT [COUNT] [SEED]

Each folder is laid out as make_clip.py's, with `case.json` beside it: the number of groups. Gradients of both forms and both losses.
Where PyTorch's own float32 comes near the tolerance of its float64, or is not finite, the case is left out: it says nothing.
"""

import copy
import json
import random
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    AltCLIPConfig,
    AltCLIPModel,
    BertConfig,
    CLIPConfig,
    CLIPModel,
    CLIPVisionConfig,
    SiglipConfig,
    SiglipModel,
    SiglipVisionConfig,
    ViTConfig,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

from make_clip import losses, names_in_file, randomise

ACTIVATIONS = ["gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu", "gelu_fast", "tanh", "mish", "relu6", "swish", "gelu_accurate", "leaky_relu", "sigmoid", "hardswish", "linear", "relu2", "gelu_python", "gelu_python_tanh", "gelu_10"]


def tower(chance, heads):
    width = heads * chance.choice([2, 3, 4, 5, 8])
    return dict(
        hidden_size=width,
        intermediate_size=chance.choice([7, 16, 31, 48]),
        num_hidden_layers=chance.choice([1, 2, 3]),
        num_attention_heads=heads,
        hidden_act=chance.choice(ACTIVATIONS),
        layer_norm_eps=chance.choice([1e-12, 1e-6, 1e-5, 1e-3]),
    )


def vision_of(chance, kind):
    patch = chance.choice([2, 4, 5, 7])
    side = patch * chance.choice([1, 2, 3]) + chance.choice([0, 0, 1])
    options = dict(tower(chance, chance.choice([1, 2, 3, 4])), image_size=side, patch_size=patch, num_channels=chance.choice([3, 3, 1, 4]))
    if kind == "vit":
        options.update(qkv_bias=chance.random() < 0.7)
        if chance.random() < 0.4:
            options.update(image_size=[side + patch, side])
        if chance.random() < 0.3:
            options.update(patch_size=[patch, max(1, patch - 1)])
        if chance.random() < 0.3:
            options.update(pooler_act=chance.choice(["relu", "gelu", "linear"]))
    return options


def text_of(chance, vocabulary):
    return dict(tower(chance, chance.choice([1, 2, 3, 4])), vocab_size=vocabulary)


def model_of(chance):
    kind = chance.choice(["siglip", "clip", "altclip", "dual-vit", "dual-clip", "dual-siglip"])
    vocabulary, length = chance.choice([23, 61, 130]), chance.choice([4, 7, 12])
    padding = chance.choice([0, 1, 3])
    text = text_of(chance, vocabulary)
    options = dict(vocabulary=vocabulary, length=length, padding=padding, mask=chance.choice([True, True, False]), end=None)
    if kind == "siglip":
        vision = vision_of(chance, kind)
        projection = vision["hidden_size"]
        model = SiglipModel(SiglipConfig(text_config=dict(text, max_position_embeddings=length, projection_size=projection, pad_token_id=padding), vision_config=vision))
        options["mask"] = chance.random() < 0.3
    elif kind == "clip":
        end = chance.choice([2, 7, vocabulary - 1])
        model = CLIPModel(CLIPConfig(text_config=dict(text, max_position_embeddings=length, eos_token_id=end, bos_token_id=6, pad_token_id=padding), vision_config=vision_of(chance, kind), projection_dim=chance.choice([3, 5, 24])))
        options["end"] = vocabulary - 1 if end == 2 else end
    elif kind == "altclip":
        model = AltCLIPModel(AltCLIPConfig(text_config=dict(text, max_position_embeddings=length + padding + 1, project_dim=chance.choice([3, 14]), pad_token_id=padding, type_vocab_size=chance.choice([1, 2])), vision_config=vision_of(chance, kind), projection_dim=chance.choice([3, 5, 24])))
    else:
        configs = {"dual-vit": ViTConfig, "dual-clip": CLIPVisionConfig, "dual-siglip": SiglipVisionConfig}
        bert = BertConfig(**text, max_position_embeddings=length + chance.choice([0, 3]), pad_token_id=padding, type_vocab_size=chance.choice([1, 2, 3]))
        vision = configs[kind](**vision_of(chance, kind.removeprefix("dual-")))
        model = VisionTextDualEncoderModel(VisionTextDualEncoderConfig.from_vision_text_configs(vision, bert, projection_dim=chance.choice([3, 5, 24])))
    return kind, model, options


def texts(count, options, generator):
    tokens, vocabulary = options["length"], options["vocabulary"]
    ids = torch.randint(8, vocabulary - 1, (count, tokens), generator=generator)
    lengths = torch.randint(2, tokens + 1, (count,), generator=generator)
    attention = (torch.arange(tokens)[None, :] < lengths[:, None]).long()
    ids = torch.where(attention == 1, ids, torch.full_like(ids, options["padding"]))
    if options["end"] is not None:
        ids[torch.arange(count), lengths - 1] = options["end"]
    return dict(input_ids=ids, **(dict(attention_mask=attention) if options["mask"] else {}))


def results(model, inputs, form, kind, groups, renamed):
    model.zero_grad()
    output = model(**inputs)
    anchors, others = (output.image_embeds, output.text_embeds) if form == "text" else (output.text_embeds, output.image_embeds)
    cosines = torch.einsum("gd,gcd->gc", anchors, others.reshape(groups, -1, anchors.shape[1]))
    loss = losses(model.logit_scale.exp() * cosines + (model.logit_bias if hasattr(model, "logit_bias") else 0))[kind]
    loss.backward()
    return {
        f"{form}.image_embeds": output.image_embeds.detach(),
        f"{form}.text_embeds": output.text_embeds.detach(),
        f"{form}.{kind}.loss": loss.detach().reshape(1),
        **{f"{form}.{kind}.grad.{renamed[key]}": (torch.zeros_like(value) if value.grad is None else value.grad).clone() for key, value in model.named_parameters()},
    }


def main():
    out = Path(sys.argv[1])
    count, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 24, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        generator = torch.Generator().manual_seed(1000 * seed + number)
        try:
            family, model, options = model_of(chance)
        except Exception as error:
            print("transformers refuses a configuration:", error)
            continue
        model.eval()
        randomise(model, generator)
        folder = out / f"{number:03d}-{family}"
        stored = chance.choice(["float32", "float32", "float16", "bfloat16"])
        # What is computed with is what the file holds.
        model.to(getattr(torch, stored)).float()
        renamed = names_in_file(model)
        saved = model.to(getattr(torch, stored))
        saved.save_pretrained(folder, **(dict(max_shard_size="4KB") if chance.random() < 0.4 else {}))
        model.float()
        groups, candidates = chance.choice([1, 2, 3]), chance.choice([1, 2, 5])
        size = model.config.vision_config.image_size
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        reference = {}
        exact = copy.deepcopy(model).double()
        deviation = 0.0
        for form, images, captions in (("text", groups, groups * candidates), ("image", groups * candidates, groups)):
            pixels = torch.randn((images, model.config.vision_config.num_channels, height, width), generator=generator)
            inputs = dict(pixel_values=pixels, **texts(captions, options, generator))
            integers = torch.int64 if chance.random() < 0.5 else torch.int32
            save_file({key: value.to(integers) if value.dtype == torch.long else value for key, value in inputs.items()}, folder / f"{form}.safetensors")
            for kind in ("softmax", "sigmoid"):
                single = results(model, inputs, form, kind, groups, renamed)
                double = results(exact, {key: value.double() if value.is_floating_point() else value for key, value in inputs.items()}, form, kind, groups, renamed)
                deviation = max(deviation, *(float(((single[key] - double[key]).abs() / (2e-5 + 1e-4 * double[key].abs())).max()) for key in single))
                reference.update(single)
        if not deviation < 0.25:
            shutil.rmtree(folder)
            continue
        save_file({key: value.contiguous() for key, value in reference.items()}, folder / "reference.safetensors")
        (folder / "case.json").write_text(json.dumps(dict(groups=groups, stored=stored)))


if __name__ == "__main__":
    main()
