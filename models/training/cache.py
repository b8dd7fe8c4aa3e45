"""Caches precomputed tensors (latents, text embeddings, heatmaps) in safetensors files.

A cache key is a hash of the clip's content and of every setting on which the tensors depend. Changed settings
give new keys, so cache entries never become invalid. Files are written atomically, so a resumed run can use
the cache of a killed run.
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

from models.training.atomic_io import atomic_write

logger = logging.getLogger(__name__)
Tensors = dict[str, Tensor]


class TensorKind(StrEnum):
    """The kind of tensors that a cache file holds.

    Each kind of tensors has its own key, so runs with similar settings share most cache entries.
    """

    LATENTS = "latents"
    TEXT = "text"
    HEATMAP = "heatmap"


@dataclass(frozen=True)
class TensorCache:
    """A folder of safetensors files, organised by kind and key."""

    folder: Path

    def path(self, kind: TensorKind, key: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}.safetensors"

    def has(self, kind: TensorKind, key: str) -> bool:
        """Return whether the cache has an undamaged entry."""
        path = self.path(kind, key)
        return path.exists() and _is_complete(path)

    def load(self, kind: TensorKind, key: str) -> Tensors:
        """Return the tensors of an existing entry."""
        return load_file(self.path(kind, key))

    def ensure(self, kind: TensorKind, key: str, compute: Callable[[], Tensors]) -> bool:
        """Compute and write a cache entry unless it exists; return whether the entry was computed.

        Raises:
            CannotWrite: the disk is full, or the folder is not writable.
        """
        if self.has(kind, key):
            return False
        write_tensors(self.path(kind, key), compute())
        return True


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file atomically.

    Raises:
        CannotWrite: the disk is full, or the path is not writable.
    """
    with atomic_write(path) as temporary:
        save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, temporary)


def hash_key(*parts: object) -> str:
    """Return a hash of values that JSON can represent, as 32 hexadecimal digits."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint(network: nn.Module | None) -> str:
    """Return a hash of a network's weights, as 32 hexadecimal digits.

    If the network is None, the hash is always the same.
    """
    digest = hashlib.sha256()
    if network is not None:
        for name, tensor in sorted(network.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


def _is_complete(path: Path) -> bool:
    """Return whether the file has the length that its header states. A full disk can truncate a file."""
    try:
        with safe_open(path, framework="pt"):
            return True
    except (SafetensorError, OSError):
        logger.warning("%s is damaged and will be computed again", path)
        return False
