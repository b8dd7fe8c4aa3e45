"""Reads a benchmark from a data set on the Hugging Face hub, addressed as `hf://owner/name[@revision]`."""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems, Problem
from benchmark.importers.source import BenchmarkSource

SCHEME = "hf://"
_ADDRESS = re.compile(r"hf://(?:datasets/)?(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class HubAddress:
    repository: str
    revision: str | None


def parse_address(address: str) -> HubAddress:
    """Read an address.

    Raises:
        ImportProblems: it has another form.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise _refused(f"{address} is not of the form hf://owner/name or hf://owner/name@revision.")
    return HubAddress(match["repository"], match["revision"])


def read_hub(address: str) -> BenchmarkSource:
    """Download a data set (into the hub's own cache) and read it.

    Raises:
        ImportProblems: it cannot be reached, or what it holds cannot be imported.
    """
    hub = parse_address(address)
    return read_snapshot(_download(hub), hub)


def read_snapshot(snapshot: Path, hub: HubAddress) -> BenchmarkSource:
    """Read a downloaded snapshot; its folder is named after the commit, which is recorded.

    In the hub's cache a snapshot holds links to files two folders up, so that is how far links may lead.
    """
    within = snapshot.parent.parent
    return read_official(snapshot, source=f"{SCHEME}{hub.repository}@{snapshot.name}", within=within)


def _download(hub: HubAddress) -> Path:
    # Takes 0.3 s to import, and most imports come from a folder.
    from httpx2 import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(snapshot_download(hub.repository, repo_type="dataset", revision=hub.revision))
    except HfHubHTTPError as error:
        raise _refused(f"The hub refused {hub.repository}: {_first_line(error)}") from error
    except (HTTPError, OSError) as error:
        message = f"The hub cannot be reached for {hub.repository}; import from a folder instead."
        raise _refused(message) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _refused(message: str) -> ImportProblems:
    return ImportProblems([Problem(None, message)])
