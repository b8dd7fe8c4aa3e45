"""Weights in the Hugging Face hub's cache: where they are, and how they get there."""

from pathlib import Path

from models.generators.base import CannotRun
from models.generators.recipes import Weights
from models.generators.revisions import pin, pinned_revision

# What a repository may hold beside: weights that run code when read, and other frameworks' copies.
UNWANTED = ("*.bin", "*.ckpt", "*.pt", "*.pth", "*.pkl", "*.msgpack", "*.h5", "*.onnx", "*.gguf")


def cached_snapshot(weights: Weights) -> Path | None:
    """Return the folder of the pinned commit in the cache; None if it is not there. Asks nobody."""
    from huggingface_hub.constants import HF_HUB_CACHE

    revision = pinned_revision(weights)
    folder = "models--" + weights.source.replace("/", "--")
    snapshot = Path(HF_HUB_CACHE) / folder / "snapshots" / revision
    return snapshot if revision and snapshot.is_dir() else None


def why_not_cached(name: str, weights: Weights) -> str | None:
    if cached_snapshot(weights) is None:
        return f"Its weights are not here: {weights}; run: ti2v generators setup {name} --run"
    return None


def download(weights: Weights, *, into: Path | None = None, pickles: bool = False) -> Path:
    """Download a commit of a hub repository and pin it: the adapter's, the pinned one, or the newest.

    Args:
        into: a folder; the hub's cache if None.
        pickles: fetch files that run code when read as well; foreign programs read nothing else.

    Raises:
        CannotRun: the hub cannot be reached or refuses.
    """
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        revision = pinned_revision(weights) or HfApi().model_info(weights.source).sha or ""
        folder = snapshot_download(
            weights.source,
            revision=revision,
            local_dir=into,
            allow_patterns=list(weights.files) or None,
            ignore_patterns=None if pickles else list(UNWANTED),
        )
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise CannotRun(
            f"{weights.source} cannot be downloaded: {str(error).strip().splitlines()[0]}"
        ) from error
    pin(weights.source, revision)
    return Path(folder)
