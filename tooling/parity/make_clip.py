"""Small random CLIP-style checkpoints and what transformers computes with them.

    tooling/parity/python make_clip.py [OUT]

For each model: a checkpoint folder as `save_pretrained` writes it, `text.safetensors` and `image.safetensors` (the inputs of
`mmgeo mmclip loss`, in the two forms), and `reference.safetensors`: embeddings, losses and gradients.
"""

import math
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
    ViTConfig,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

ROOT = Path(__file__).resolve().parents[2]
GROUPS, CANDIDATES, VOCABULARY = 2, 3, 61

VISION = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=24, patch_size=8)
TEXT = dict(hidden_size=16, intermediate_size=28, num_hidden_layers=2, num_attention_heads=4, vocab_size=VOCABULARY)


def models():
    yield "siglip", SiglipModel(
        SiglipConfig(text_config=dict(TEXT, max_position_embeddings=9, projection_size=16), vision_config=VISION)
    ), {}
    # A side that is no multiple of the patch, and a text tower narrower than the vision tower.
    clip_text = dict(TEXT, hidden_size=12, max_position_embeddings=10)
    clip_vision = dict(VISION, image_size=27)
    yield "clip", CLIPModel(
        CLIPConfig(text_config=dict(clip_text, eos_token_id=7, bos_token_id=6, pad_token_id=1), vision_config=clip_vision, projection_dim=10)
    ), dict(end=7, mask=True)
    yield "clip-old-end", CLIPModel(
        CLIPConfig(text_config=dict(clip_text, eos_token_id=2, bos_token_id=0, pad_token_id=1), vision_config=VISION, projection_dim=10)
    ), dict(end=VOCABULARY - 1)
    yield "altclip", AltCLIPModel(
        AltCLIPConfig(text_config=dict(TEXT, max_position_embeddings=12, project_dim=14, pad_token_id=1), vision_config=VISION, projection_dim=10)
    ), dict(mask=True)
    bert = BertConfig(**TEXT, max_position_embeddings=9)
    for name, vision in (("dual-vit", ViTConfig(**VISION)), ("dual-clip", CLIPVisionConfig(**VISION))):
        config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, bert, projection_dim=10)
        yield name, VisionTextDualEncoderModel(config), dict(mask=True)


def randomise(model, generator):
    """Every parameter away from its neutral start, biases and norms too, so that none can be forgotten unseen."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name == "logit_scale":
                parameter.fill_(math.log(7.0))
            elif name == "logit_bias":
                parameter.fill_(-1.5)
            elif "norm" in name.lower() and name.endswith("weight") or ("LN" in name and name.endswith("weight")):
                parameter.copy_(1 + 0.2 * noise)
            elif parameter.ndim > 1:
                parameter.copy_(noise * (0.5 if "embedding" in name else 1.5 / math.sqrt(parameter[0].numel())))
            else:
                parameter.copy_(0.1 * noise)


def texts(count, tokens, generator, end=None, mask=False):
    ids = torch.randint(8, VOCABULARY - 2, (count, tokens), generator=generator)
    lengths = torch.randint(4, tokens + 1, (count,), generator=generator)
    attention = (torch.arange(tokens)[None, :] < lengths[:, None]).long()
    ids = torch.where(attention == 1, ids, torch.ones_like(ids))
    if end is not None:
        ids[torch.arange(count), lengths - 1] = end
    return dict(input_ids=ids, **(dict(attention_mask=attention) if mask else {}))


def losses(similarities):
    signs = torch.full_like(similarities, -1)
    signs[:, 0] = 1
    return dict(
        softmax=torch.nn.functional.cross_entropy(similarities, torch.zeros(len(similarities), dtype=torch.long)),
        sigmoid=-torch.nn.functional.logsigmoid(signs * similarities).sum(1).mean(),
    )


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "packages/mmclip/src/__fixtures__/parity"
    for index, (name, model, options) in enumerate(models()):
        generator = torch.Generator().manual_seed(index + 1)
        model.eval()
        randomise(model, generator)
        folder = out / name
        model.save_pretrained(folder)
        # AutoModel's file names may differ from the names in memory; gradients are stored under the names of the file.
        renamed = names_in_file(model)
        side, length = model.config.vision_config.image_size, model.config.text_config.max_position_embeddings
        # XLM-RoBERTa's positions begin after the padding id.
        tokens = length - 2 if name == "altclip" else length
        reference = {}
        for form, images, captions in (("text", GROUPS, GROUPS * CANDIDATES), ("image", GROUPS * CANDIDATES, GROUPS)):
            pixels = torch.randn((images, 3, side, side), generator=generator)
            inputs = dict(pixel_values=pixels, **texts(captions, tokens, generator, **options))
            save_file({key: value.to(torch.int32) if value.dtype == torch.long else value for key, value in inputs.items()}, folder / f"{form}.safetensors")
            for kind in ("softmax", "sigmoid"):
                model.zero_grad()
                output = model(**inputs)
                anchors, candidates = (output.image_embeds, output.text_embeds) if form == "text" else (output.text_embeds, output.image_embeds)
                cosines = torch.einsum("gd,gcd->gc", anchors, candidates.reshape(GROUPS, CANDIDATES, -1))
                similarities = model.logit_scale.exp() * cosines + (model.logit_bias if hasattr(model, "logit_bias") else 0)
                loss = losses(similarities)[kind]
                loss.backward()
                reference[f"{form}.image_embeds"] = output.image_embeds.detach()
                reference[f"{form}.text_embeds"] = output.text_embeds.detach()
                reference[f"{form}.{kind}.loss"] = loss.detach().reshape(1)
                # One form and one loss carry every gradient; the others would only repeat the towers.
                if (form, kind) in (("text", "softmax"), ("image", "sigmoid")):
                    for key, parameter in model.named_parameters():
                        gradient = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
                        reference[f"{form}.{kind}.grad.{renamed[key]}"] = gradient.clone()
        save_file(reference, folder / "reference.safetensors")
        print(name, sum(file.stat().st_size for file in folder.iterdir()) // 1024, "KB")


def names_in_file(model):
    """The name in the checkpoint file of each parameter in memory, found by value: transformers renames some on saving."""
    import tempfile

    from safetensors.torch import load_file

    parameters = dict(model.named_parameters())
    kept = {key: parameter.detach().clone() for key, parameter in parameters.items()}
    with torch.no_grad():
        for number, parameter in enumerate(parameters.values()):
            parameter.fill_(float(number + 1))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        numbers = {int(tensor.flatten()[0]): key for key, tensor in load_file(Path(folder) / "model.safetensors").items()}
    with torch.no_grad():
        for key, parameter in parameters.items():
            parameter.copy_(kept[key])
    return {key: numbers[number + 1] for number, key in enumerate(parameters)}


if __name__ == "__main__":
    main()
