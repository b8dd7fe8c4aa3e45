"""Finds pinned revisions of weights in the cache of the Hugging Face hub, and downloads weights."""

from pathlib import Path

from models.generators.base import CannotRun
from models.generators.recipe_weights import Weights
from models.generators.revisions import pin, pinned_revision

# Patterns of files that are not downloaded: weights that can run code when loaded, and copies for other
# frameworks.
IGNORED_FILES = ("*.bin", "*.ckpt", "*.pt", "*.pth", "*.pkl", "*.msgpack", "*.h5", "*.onnx", "*.gguf")


def cached_snapshot(weights: Weights) -> Path | None:
    """Return the cached snapshot of the pinned commit; None if this commit is not cached. Uses no network."""
    from huggingface_hub.constants import HF_HUB_CACHE

    revision = pinned_revision(weights)
    folder = "models--" + weights.source.replace("/", "--")
    snapshot = Path(HF_HUB_CACHE) / folder / "snapshots" / revision
    return snapshot if revision and snapshot.is_dir() else None


def missing_snapshot_reason(name: str, weights: Weights) -> str | None:
    """Return a sentence with the command that downloads the weights; None if the weights are cached."""
    if cached_snapshot(weights) is None:
        return f"The weights are not downloaded: {weights}; run: ti2v generators setup {name} --run"
    return None


def download(weights: Weights, *, into: Path | None = None, pickles: bool = False) -> Path:
    """Download one commit of a hub repository, and record the commit so that later runs use it.

    The function downloads the commit that the adapter names. If the adapter names no commit, the function
    downloads the pinned commit. If no commit is pinned, the function downloads the newest commit.

    Args:
        weights: the weights to download, from a hub repository.
        into: target folder; default: the hub's cache.
        pickles: whether to also download pickled weights, which some external programs need.

    Returns:
        The folder with the files.

    Raises:
        CannotRun: the hub is unreachable or refuses the request.
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
            ignore_patterns=None if pickles else list(IGNORED_FILES),
        )
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise CannotRun(
            f"{weights.source} cannot be downloaded: {str(error).strip().splitlines()[0]}"
        ) from error
    pin(weights.source, revision)
    return Path(folder)
