"""What a GPU lacks is said with what is needed and what was found."""

from pathlib import Path

import pytest

from models.generators.machine import gpu_too_small, gpus, usual_device


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the driver's tool, the only one on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    gpus.cache_clear()
    yield tmp_path / "nvidia-smi"
    gpus.cache_clear()


def say(driver: Path, *lines: str, code: int = 0) -> None:
    said = "\n".join(f"echo '{line}'" for line in lines)
    driver.write_text(f"#!/bin/sh\n{said}\nexit {code}\n")
    driver.chmod(0o755)


def test_a_large_enough_gpu_is_fine(driver: Path) -> None:
    say(driver, "NVIDIA T4, 15360", "NVIDIA RTX 4090, 24564")

    assert gpu_too_small(24) is None
    assert usual_device() == "cuda"


def test_a_small_gpu_is_named_with_what_it_has(driver: Path) -> None:
    say(driver, "NVIDIA T4, 15360")

    assert gpu_too_small(24) == (
        "It needs a GPU with 24 GiB of memory; the largest here, NVIDIA T4, has 15.0."
    )


@pytest.mark.parametrize("broken", [True, False])
def test_without_a_gpu_or_a_driver_that_answers_there_is_none(broken: bool, driver: Path) -> None:
    if broken:
        say(driver, "NVIDIA-SMI has failed because it couldnt communicate", code=9)

    assert gpu_too_small(24) == "It needs a GPU with 24 GiB of memory, and none was found here."
    assert gpu_too_small(0) is None
    assert usual_device() == "cpu"
