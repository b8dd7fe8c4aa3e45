"""Defines the interfaces of the pretrained networks that metrics use, and finds their weights on disk.

CLIP and DINO are read from a folder with the layout of a Hugging Face repository. The module searches these
places for the weights folder, in this order: the path that the user names, `TI2V_HOME/weights/NAME`, the
hub's cache. `sources.py` lists the networks whose weights have a different layout. The modules of this
package download no weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Images = Sequence[NDArray[np.uint8]]
"""Images of any size, each (height, width, 3) uint8 RGB."""
Features = NDArray[np.float32]
"""(rows, dimensions), not normalised."""


class BackboneMissing(Exception):
    """A backbone's weights are not on this machine.

    The error message names the weights to download and the folder for these weights.
    """


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or the name of the error's class if the text is empty.

    The returned line ends with a full stop.
    """
    lines = str(error).splitlines()
    return f"{lines[0].rstrip('.')}." if lines and lines[0] else f"{type(error).__name__}."


class ImageEncoder(Protocol):
    """Encodes images as feature vectors."""

    @property
    def identity(self) -> str:
        """Name, revision and transform of the network; all three are part of every cache key."""

    def encode_images(self, images: Images) -> Features:
        """Return one feature row per image.

        If the device or the batch size changes, each feature value changes by at most 1e-4.
        """


class TextEncoder(Protocol):
    """Encodes texts into the same embedding space as an `ImageEncoder`."""

    def encode_texts(self, texts: Sequence[str]) -> Features:
        """Return one feature row per text.

        If a text is too long for the network, it is truncated, as in CLIP.
        """


@dataclass(frozen=True)
class BackboneWeights:
    """The source of a backbone's published weights.

    Attributes:
        name: name of the folder below `TI2V_HOME/weights`.
        repository: repository on the Hugging Face hub.
        revision: commit of the repository; features from different commits are not comparable.
        megabytes: download size.
        licence: licence of the weights.
    """

    name: str
    repository: str
    revision: str
    megabytes: int
    licence: str


CLIP_B32 = BackboneWeights(
    "clip-vit-base-patch32",
    "openai/clip-vit-base-patch32",
    "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
    605,
    "MIT",
)
CLIP_B16 = BackboneWeights(
    "clip-vit-base-patch16",
    "openai/clip-vit-base-patch16",
    "57c216476eefef5ab752ec549e440a49ae4ae5f3",
    599,
    "MIT",
)
CLIP_L14 = BackboneWeights(
    "clip-vit-large-patch14",
    "openai/clip-vit-large-patch14",
    "32bd64288804d66eefd0ccbe215aa642df71cc41",
    1710,
    "MIT",
)
DINO_B16 = BackboneWeights(
    "dino-vitb16", "facebook/dino-vitb16", "f205d5d8e640a89a2b8ef0369670dfc37cc07fc2", 343, "Apache-2.0"
)
KNOWN: Mapping[str, BackboneWeights] = MappingProxyType(
    {each.name: each for each in (CLIP_B32, CLIP_B16, CLIP_L14, DINO_B16)}
)


def weights_folder(weights: BackboneWeights, *, home: Path, named: Path | None = None) -> Path:
    """Return the folder with a backbone's weights.

    Args:
        home: TI2V_HOME.
        named: the weights folder that the user chose; if None, the standard folders are searched.

    Raises:
        BackboneMissing: no weights were found, `named` has no config.json, or the folder below TI2V_HOME was
            not downloaded from the pinned commit.
    """
    if named is not None:
        if not (named / "config.json").is_file():
            raise BackboneMissing(f"{named} has no config.json; name a folder with the layout of the hub.")
        return named
    own = home / "weights" / weights.name
    if (own / "config.json").is_file():
        _check_commit(own, weights)
        return own
    cached = _cached(weights)
    if cached is not None:
        return cached
    raise BackboneMissing(
        f"The weights {weights.repository} ({weights.megabytes} MB, {weights.licence}) are not on this "
        f"machine. Download commit {weights.revision[:12]} into {own}, for example with: "
        f"{_download_command(weights, own)}"
    )


def _check_commit(folder: Path, weights: BackboneWeights) -> None:
    """Compare the pinned commit with the commit that `hf download --local-dir` recorded in the folder."""
    record = folder / ".cache" / "huggingface" / "download" / "config.json.metadata"
    commit = record.read_text(encoding="utf-8").split("\n", 1)[0].strip() if record.is_file() else ""
    if commit and commit != weights.revision:
        raise BackboneMissing(
            f"{folder} was downloaded from commit {commit[:12]}, but scores need commit "
            f"{weights.revision[:12]}. Delete the folder and run: {_download_command(weights, folder)}"
        )


def _download_command(weights: BackboneWeights, folder: Path) -> str:
    # The hub accepts only full commit hashes. The command excludes the weights for TensorFlow and Flax,
    # because they would make the download several times larger.
    return (
        f"hf download {weights.repository} --revision {weights.revision} --local-dir {folder} "
        "--exclude '*.h5' --exclude '*.msgpack'"
    )


def _cached(weights: BackboneWeights) -> Path | None:
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = "models--" + weights.repository.replace("/", "--")
    snapshot = Path(HF_HUB_CACHE) / folder / "snapshots" / weights.revision
    return snapshot if (snapshot / "config.json").is_file() else None
