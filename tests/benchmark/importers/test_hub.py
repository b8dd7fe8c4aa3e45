"""Datasets of the hub; a folder with the layout of the hub's cache replaces the download."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmark.importers.hub import HubAddress, parse_address, read_snapshot
from benchmark.importers.problems import ImportProblems

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def cached_snapshot(cache: Path) -> Path:
    """Write a snapshot as in the hub's cache: links to blobs next to the folder of snapshots."""
    repository = cache / "datasets--ada--balloons"
    snapshot = repository / "snapshots" / COMMIT
    (snapshot / "images").mkdir(parents=True)
    (repository / "blobs").mkdir()
    written = io.BytesIO()
    Image.new("RGB", (16, 16)).save(written, "JPEG")
    for name, blob, content in (
        ("prompt.csv", "aa", b"image,prompt\nimages/balloon1.jpg,it rises\n"),
        ("images/balloon1.jpg", "bb", written.getvalue()),
    ):
        (repository / "blobs" / blob).write_bytes(content)
        (snapshot / name).symlink_to(repository / "blobs" / blob)
    return snapshot


def test_a_snapshot_is_read_through_its_links_and_its_commit_recorded(tmp_path: Path) -> None:
    read = read_snapshot(cached_snapshot(tmp_path), HubAddress("ada/balloons", "main"))

    assert [pair.id for pair in read.pairs] == ["balloon1_it_rises"]
    assert read.source == f"hf://ada/balloons@{COMMIT}"


def test_a_link_out_of_the_cache_is_refused(tmp_path: Path) -> None:
    snapshot = cached_snapshot(tmp_path)
    (tmp_path / "secret.jpg").write_bytes((snapshot / "images" / "balloon1.jpg").read_bytes())
    (snapshot / "images" / "balloon1.jpg").unlink()
    (snapshot / "images" / "balloon1.jpg").symlink_to(tmp_path / "secret.jpg")

    with pytest.raises(ImportProblems) as caught:
        read_snapshot(snapshot, HubAddress("ada/balloons", None))
    assert "points outside the folder" in str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hf://wang-sj16/TI2V-Bench", HubAddress("wang-sj16/TI2V-Bench", None)),
        ("hf://datasets/ada/balloons@v1.0", HubAddress("ada/balloons", "v1.0")),
    ],
)
def test_addresses_name_a_repository_and_perhaps_a_revision(address: str, expected: HubAddress) -> None:
    assert parse_address(address) == expected


@pytest.mark.parametrize(
    "address", ["hf://", "hf://ada", "hf://ada/balloons/images", "hf://ada/b@", "hf:/a/b"]
)
def test_other_addresses_are_refused_with_the_form_they_should_have(address: str) -> None:
    with pytest.raises(ImportProblems) as caught:
        parse_address(address)
    assert "is not of the form hf://owner/name" in str(caught.value.problems[0])


def test_an_unreachable_hub_is_reported(tmp_path: Path) -> None:
    program = (
        "from benchmark.importers.hub import read_hub\n"
        "from benchmark.importers.problems import ImportProblems\n"
        "try:\n"
        "    read_hub('hf://ada/balloons')\n"
        "except ImportProblems as problems:\n"
        "    print(problems.problems[0])\n"
    )
    # Nobody listens on port 9; huggingface_hub reads these variables when it is imported.
    hub = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    finished = subprocess.run([sys.executable, "-c", program], env=hub, capture_output=True, text=True)

    assert (
        finished.stdout
        == "The hub is unreachable, so ada/balloons was not read. Import from a folder instead.\n"
    )
