"""Writes CLIP and DINO with random weights in folders with the layout of the Hugging Face hub."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

# The shapes of the published CLIP networks, from their config.json.
_BASE = {"width": 768, "heads": 12, "layers": 12, "text": 512, "dim": 512}
_LARGE = {"width": 1024, "heads": 16, "layers": 24, "text": 768, "dim": 768}
TRUE_CLIP = {
    "clip-vit-base-patch32": _BASE | {"patch": 32},
    "clip-vit-base-patch16": _BASE | {"patch": 16},
    "clip-vit-large-patch14": _LARGE | {"patch": 14},
}


def write_true_clip(folder: Path, name: str, *, layers: int | None = None) -> None:
    """Write a CLIP model with the published shapes; `layers` sets the number of layers of both encoders."""
    from transformers import CLIPConfig

    shape = TRUE_CLIP[name]
    text = {
        "hidden_size": shape["text"],
        "intermediate_size": 4 * shape["text"],
        "num_attention_heads": shape["text"] // 64,
        "num_hidden_layers": layers or 12,
        "vocab_size": 49408,
        "max_position_embeddings": 77,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    vision = {
        "hidden_size": shape["width"],
        "intermediate_size": 4 * shape["width"],
        "num_attention_heads": shape["heads"],
        "num_hidden_layers": layers or shape["layers"],
        "image_size": 224,
        "patch_size": shape["patch"],
    }
    write_clip(folder, CLIPConfig(text_config=text, vision_config=vision, projection_dim=shape["dim"]))


def write_clip(folder: Path, config: object) -> None:
    """Write a CLIP model with random weights, and a tokenizer with one token per letter."""
    from transformers import CLIPModel, CLIPTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    CLIPModel(config).eval().save_pretrained(folder)
    letters = [chr(code) for code in range(97, 123)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    length = config.text_config.max_position_embeddings  # type: ignore[attr-defined]
    CLIPTokenizerFast(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=length
    ).save_pretrained(folder)


def write_dino(folder: Path, **shape: int) -> None:
    """Write a ViT with random weights; by default it has the shapes of DINO ViT-B/16."""
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(0)
    ViTModel(ViTConfig(**shape)).eval().save_pretrained(folder)


def as_torch_file(folder: Path) -> list[str]:
    """Replace model.safetensors by pytorch_model.bin, as in older repositories; return the tensor names."""
    tensors = load_file(folder / "model.safetensors")
    torch.save(tensors, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return sorted(tensors)
