"""Reads a benchmark from a dataset on the Hugging Face hub: `hf://owner/name[@revision]`."""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmark.importers.images import IMAGE_SUFFIXES
from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems
from benchmark.importers.source import BenchmarkSource

SCHEME = "hf://"
# The files of a benchmark that an import over REST accepts. Parquet is not accepted, because a small Parquet
# file can expand to any size in memory.
SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".json", ".yaml", ".md"}) | IMAGE_SUFFIXES
_ADDRESS = re.compile(r"hf://(?:datasets/)?(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class HubAddress:
    """The repository and revision of a dataset.

    If the revision is None, the address refers to the default branch.
    """

    repository: str
    revision: str | None


def parse_address(address: str) -> HubAddress:
    """Parse `hf://owner/name[@revision]`.

    Raises:
        ImportProblems: the address is not `hf://owner/name` or `hf://owner/name@revision`.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise _refused(f"{address} is not of the form hf://owner/name or hf://owner/name@revision.")
    return HubAddress(match["repository"], match["revision"])


def read_hub(address: str) -> BenchmarkSource:
    """Download a dataset to the cache of the `huggingface_hub` library, and read the dataset.

    Raises:
        ImportProblems: the hub cannot be reached, or the dataset cannot be imported.
    """
    hub = parse_address(address)
    return read_snapshot(_download(hub), hub)


def read_snapshot(snapshot: Path, hub: HubAddress) -> BenchmarkSource:
    """Read a downloaded snapshot and record its commit, which is the name of the snapshot's folder.

    A snapshot in the hub's cache contains links to files in a folder two levels higher; these links are
    allowed.
    """
    within = snapshot.parent.parent
    return read_official(snapshot, source=f"{SCHEME}{hub.repository}@{snapshot.name}", within=within)


def download_limited(hub: HubAddress, *, max_bytes: int) -> Path:
    """Download the tables, images and README of a dataset, and return the snapshot's folder.

    Raises:
        ImportProblems: the hub cannot be reached, or the files have more than `max_bytes`.
    """
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        info = HfApi().dataset_info(hub.repository, revision=hub.revision, files_metadata=True)
        files = [each for each in info.siblings or () if Path(each.rfilename).suffix.lower() in SUFFIXES]
        if sum(each.size or 0 for each in files) > max_bytes:
            raise _refused(f"The dataset has more than {max_bytes:,} bytes of tables and images.")
        patterns = [f"*{suffix}" for lower in SUFFIXES for suffix in (lower, lower.upper())]
        return Path(
            snapshot_download(hub.repository, repo_type="dataset", revision=info.sha, allow_patterns=patterns)
        )
    except HfHubHTTPError as error:
        raise _refused(f"The hub rejected the request: {_first_line(error)}") from error
    except (HTTPError, OSError) as error:
        raise _refused("The hub is unreachable, so the dataset was not read.") from error


def _download(hub: HubAddress) -> Path:
    # Importing huggingface_hub takes 0.3 s, and reading a benchmark from a folder does not need it.
    from httpx2 import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(snapshot_download(hub.repository, repo_type="dataset", revision=hub.revision))
    except HfHubHTTPError as error:
        raise _refused(f"The hub rejected the request for {hub.repository}: {_first_line(error)}") from error
    except (HTTPError, OSError) as error:
        message = f"The hub is unreachable, so {hub.repository} was not read. Import from a folder instead."
        raise _refused(message) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _refused(message: str) -> ImportProblems:
    return ImportProblems.of(message)
