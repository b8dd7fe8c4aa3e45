"""The file `clips.npz` of a run: the clips that the run's network generated for the held-out pairs."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from benchmark.repro.measurements import MeasurementError

CLIPS_FILE = "clips.npz"


@dataclass(frozen=True, eq=False)
class GeneratedClips:
    """The clips that a run generated.

    Attributes:
        frames: (pairs, frames, height, width, 3) uint8 RGB.
        pair_ids: the ids of the pairs, in the order of the clips.
        seconds: time of the generation.
        settings: hash of all settings that influence the result; empty if the file does not contain the
            hash.
        benchmark: hash of the prompts and frames of the held-out clips; empty if the file does not contain
            the hash.
    """

    frames: NDArray[np.uint8]
    pair_ids: tuple[str, ...]
    seconds: float = 0.0
    settings: str = ""
    benchmark: str = ""


def write_generated_clips(file: BinaryIO, clips: GeneratedClips) -> None:
    """Write the clips as a compressed npz file, with one array per attribute."""
    np.savez_compressed(
        file,
        frames=clips.frames,
        pair_ids=np.array(clips.pair_ids),
        seconds=clips.seconds,
        settings=clips.settings,
        benchmark=clips.benchmark,
    )


def read_generated_clips(path: Path) -> GeneratedClips:
    """Read the clips of a run.

    Raises:
        MeasurementError: the file is damaged.
    """
    try:
        # np.load does not close a damaged file that it opened itself.
        with path.open("rb") as file, np.load(file) as stored:
            return GeneratedClips(
                np.asarray(stored["frames"], np.uint8),
                tuple(str(pair) for pair in stored["pair_ids"]),
                float(stored.get("seconds", 0.0)),
                str(stored.get("settings", "")),
                str(stored.get("benchmark", "")),
            )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise MeasurementError(f"{path} is damaged. Remove it, and run `ti2v repro run` again.") from error
