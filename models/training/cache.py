"""What is computed once for all epochs and runs: tensors in safetensors files, named by what they depend on.

A key is a hash of the clip's bytes and of every setting that matters, so another setting finds another file
and nothing is ever invalid. A file appears whole or not at all: a killed run goes on where it was.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.training.atomic_io import written_whole

logger = logging.getLogger(__name__)
Tensors = dict[str, Tensor]


class Kind(StrEnum):
    """What a file holds; each kind depends on settings of its own, so ablations share most of the work."""

    LATENTS = "latents"
    TEXT = "text"
    HEATMAP = "heatmap"


@dataclass(frozen=True)
class TensorCache:
    """A folder of tensors by kind and key."""

    folder: Path

    def path(self, kind: Kind, key: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}.safetensors"

    def has(self, kind: Kind, key: str) -> bool:
        path = self.path(kind, key)
        return path.exists() and _is_whole(path)

    def load(self, kind: Kind, key: str) -> Tensors:
        """Return the tensors of a key that `has` found."""
        return load_file(self.path(kind, key))

    def ensure(self, kind: Kind, key: str, make: Callable[[], Tensors]) -> bool:
        """Make and keep what is not there yet; say whether it had to be made.

        Raises:
            CannotWrite: no room.
        """
        if self.has(kind, key):
            return False
        write_tensors(self.path(kind, key), make())
        return True


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file that is there whole or not at all.

    Raises:
        CannotWrite: no room, or not allowed.
    """
    with written_whole(path) as unfinished:
        save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, unfinished)


def key_of(*parts: object) -> str:
    """Return the hash of JSON-able parts, 32 hex digits."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint(network: nn.Module | None) -> str:
    """Return a hash of a network's weights: another text encoder or autoencoder makes other tensors."""
    digest = hashlib.sha256()
    if network is not None:
        for name, tensor in sorted(network.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


def _is_whole(path: Path) -> bool:
    """Say whether a file's header fits its length; a disk that filled up may have left less."""
    try:
        with safe_open(path, framework="pt"):
            return True
    except (SafetensorError, OSError):
        logger.warning("%s is damaged and is made again", path)
        return False
