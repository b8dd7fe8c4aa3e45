"""Disk cache of clip and image features. A second suite or run does not encode the same files again.

A file's name is a hash of the content and of the backbone's identity (name, revision, transform). Files
are written atomically; the features of a damaged file are computed again.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.backbones.base import Features, ImageEncoder
from models.metrics.clip_input import ClipInput


class FeatureCache:
    """Stores features in subfolders of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def clip_features(self, clip: ClipInput, encoder: ImageEncoder) -> Features:
        """Return the features of a clip, one row per frame."""
        return self._kept(clip.sha256, encoder, lambda: encoder.encode_images(list(clip.video.frames)))

    def image_features(self, clip: ClipInput, encoder: ImageEncoder) -> Features:
        """Return the features of the pair's input image, a single row."""
        content = hashlib.sha256(clip.image_path.read_bytes()).hexdigest()
        row: Features = self._kept(content, encoder, lambda: encoder.encode_images([clip.image]))[0]
        return row

    def _kept(self, content: str, encoder: ImageEncoder, compute: Callable[[], Features]) -> Features:
        name = hashlib.sha256(f"{content} {encoder.identity}".encode()).hexdigest()
        path = self._folder / name[:2] / f"{name}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                return np.asarray(kept["features"], dtype=np.float32)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            features = compute()
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, features=features)
        unfinished.replace(path)
        return features
