"""Caches features of clips and images on disk.

If a second suite or a second run needs the features of the same files, the files are not encoded again.

The name of a cache file is a hash of the encoded file's content and of the backbone's identity (name,
revision, transform). Cache files are written atomically; if a file is damaged, the features are computed
again.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.backbones.base import Features, ImageEncoder
from models.metrics.clip_input import ClipInput

Image = NDArray[np.uint8]


class FeatureCache:
    """Stores the features of clips and images as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def clip_features(self, clip: ClipInput, encoder: ImageEncoder) -> Features:
        """Return the features of a clip, one row per frame. Equal frames are encoded once."""
        return self._kept(clip.sha256, encoder, lambda: _encoded_once(list(clip.video.frames), encoder))

    def image_features(
        self,
        clip: ClipInput,
        encoder: ImageEncoder,
        *,
        variant: str = "",
        crop: Callable[[Image], Image] = lambda image: image,
    ) -> Features:
        """Return the features of the pair's input image, a single row.

        Args:
            variant: name of the crop, which is part of the cache key.
            crop: a function that is applied to the image before the image is encoded.
        """
        content = clip.image_sha256 + variant
        row: Features = self._kept(content, encoder, lambda: encoder.encode_images([crop(clip.image)]))[0]
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


def _encoded_once(frames: list[Image], encoder: ImageEncoder) -> Features:
    """Encode each distinct frame once. Equal frames then have equal features, whatever the batch size."""
    digests = [hashlib.sha256(frame.tobytes()).digest() for frame in frames]
    first = {digest: number for number, digest in reversed(list(enumerate(digests)))}
    numbers = sorted(first.values())
    row_of = {digests[number]: row for row, number in enumerate(numbers)}
    features = encoder.encode_images([frames[number] for number in numbers])
    return np.asarray(features[[row_of[digest] for digest in digests]])
