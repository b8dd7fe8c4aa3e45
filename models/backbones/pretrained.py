"""Loads a transformers network from a folder with the layout of a Hugging Face repository."""

import pickle
from pathlib import Path
from typing import Any

from models.backbones.base import BackboneMissing, first_line


def load_pretrained(network_class: Any, folder: Path, *, kind: str, **options: object) -> Any:
    """Return a pretrained network of the library transformers, in evaluation mode and without gradients.

    If a checkpoint lacks weights, transformers fills these weights with random values. This function refuses
    a checkpoint that lacks weights, because features computed with random weights are meaningless.

    Args:
        network_class: a class of transformers with the method `from_pretrained`.
        kind: name of the kind of network for messages, such as `CLIP model`.
        options: further arguments of `from_pretrained`.

    Raises:
        BackboneMissing: a file is missing, cannot be read or lacks weights.
    """
    from safetensors import SafetensorError

    try:
        network, report = network_class.from_pretrained(
            folder, local_files_only=True, output_loading_info=True, **options
        )
    except (OSError, ValueError, RuntimeError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        raise BackboneMissing(
            f"{folder} holds no {kind} that can be read: {first_line(error)} Download the folder again."
        ) from error
    if report["missing_keys"]:
        raise BackboneMissing(
            f"The weights in {folder} are not those of a complete {kind}: {len(report['missing_keys'])} "
            f"tensors are missing, such as {min(report['missing_keys'])}. Download the folder again."
        )
    return network.eval().requires_grad_(False)
