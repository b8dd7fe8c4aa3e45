"""Finds the weights of the networks that compute image, text and flow features.

Some networks have one weight file. Other networks run from a Python environment that the user installed.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.backbones.base import BackboneMissing, BackboneWeights, weights_folder
from models.backbones.network_process import NetworkProcess, read_network_file


@dataclass(frozen=True)
class FileWeights:
    """A network with a single weight file.

    Attributes:
        name: name of the folder below `TI2V_HOME/weights`.
        file: name of the file with the weights.
        source: text that states where the authors publish the file, for messages.
        size: download size, for messages.
        licence: licence of the weights.
    """

    name: str
    file: str
    source: str
    size: str
    licence: str


@dataclass(frozen=True)
class ExternalNetwork:
    """A network that runs in the user's own Python environment, see `NetworkProcess`.

    Attributes:
        name: name of the folder below `TI2V_HOME/weights` that holds network.json.
        driver: the driver's file name.
        code: the package or repository to install.
        checkpoint: the weights to download.
        size: download size of the weights, for messages.
        licence: licence of code and weights.
    """

    name: str
    driver: str
    code: str
    checkpoint: str
    size: str
    licence: str


@dataclass(frozen=True)
class Located:
    """A network that was found on this machine.

    Attributes:
        path: folder or file of the weights, or network.json.
        identity: name and revision or digest, part of every cache key.
    """

    path: Path
    identity: str


NetworkSource = BackboneWeights | FileWeights | ExternalNetwork

RAFT_THINGS = FileWeights(
    "raft-things",
    "raft-things.pth",
    "models.zip of github.com/princeton-vl/RAFT (download_models.sh)",
    "21 MB",
    "BSD-3-Clause",
)
LAION_HEAD = FileWeights(
    "laion-aesthetic",
    "sa_0_4_vit_l_14_linear.pth",
    "github.com/LAION-AI/aesthetic-predictor",
    "4 KB",
    "MIT",
)
DREAMSIM = ExternalNetwork(
    "dreamsim",
    "dreamsim_driver.py",
    "the package dreamsim",
    "the ensemble's weights (pretrained.zip of github.com/ssundaram21/dreamsim)",
    "over 1 GB",
    "MIT",
)
MUSIQ_SPAQ = ExternalNetwork(
    "musiq-spaq",
    "musiq_driver.py",
    "the package pyiqa",
    "musiq_spaq_ckpt-358bb6af.pth (releases of github.com/chaofengc/IQA-PyTorch)",
    "about 110 MB",
    "non-commercial",
)
AMT_S = ExternalNetwork(
    "amt-s",
    "amt_driver.py",
    "a checkout of github.com/MCG-NKU/AMT",
    "amt-s.pth (huggingface.co/lalala125/AMT)",
    "about 12 MB",
    "CC BY-NC 4.0",
)
COTRACKER2 = ExternalNetwork(
    "cotracker2",
    "cotracker_driver.py",
    "a checkout of github.com/facebookresearch/co-tracker",
    "cotracker2.pth (huggingface.co/facebook/cotracker)",
    "about 180 MB",
    "CC BY-NC 4.0",
)


def locate(source: NetworkSource, *, home: Path) -> Located:
    """Find a network below TI2V_HOME; a Hugging Face repository can also be in the hub's cache.

    Raises:
        BackboneMissing: the network is not on this machine. The message states the network's size, its
            licence and the folder for its files.
    """
    if isinstance(source, BackboneWeights):
        folder = weights_folder(source, home=home)
        return Located(folder, f"{source.name}@{source.revision[:12]}")
    if isinstance(source, FileWeights):
        path = home / "weights" / source.name / source.file
        _check(path, f"The weights {source.file} ({source.size}, {source.licence}) are", source.source)
    else:
        path = home / "weights" / source.name / "network.json"
        _check_external(path, source)
        return Located(path, f"{source.name}@{_external_digest(path)}")
    return Located(path, f"{source.name}@{_digest(path)}")


@contextmanager
def external_network(source: ExternalNetwork, located: Located, *, device: str) -> Iterator[NetworkProcess]:
    """Run an external network. Raises NetworkFailed if the child cannot load the network."""
    file = read_network_file(located.path)
    with NetworkProcess(source.name, file, driver=source.driver, device=device) as process:
        yield process


def _check(path: Path, subject: str, source: str) -> None:
    if not path.is_file():
        raise BackboneMissing(
            f"{subject} not on this machine. Download them from {source} and save them as {path}."
        )


def _check_external(path: Path, source: ExternalNetwork) -> None:
    if not path.is_file():
        raise BackboneMissing(
            f"The network {source.name} ({source.size}, {source.licence}) is not on this machine. Install "
            f"{source.code} into an environment of its own, download {source.checkpoint}, and write {path} "
            "with the keys python, checkout and checkpoint (docs/vbench.md)."
        )


def _external_digest(path: Path) -> str:
    """Return a digest of network.json and the checkpoint; a folder is hashed by its file names and sizes."""
    checkpoint = read_network_file(path).checkpoint
    parts = [_digest(path)]
    if checkpoint is not None and checkpoint.is_file():
        parts.append(_digest(checkpoint))
    elif checkpoint is not None:
        files = sorted(file for file in checkpoint.rglob("*") if file.is_file())
        parts += [f"{file.relative_to(checkpoint)} {file.stat().st_size}" for file in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
