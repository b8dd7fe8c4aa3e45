"""Writes the log of a run: one JSON line per step, and the same metrics for TensorBoard."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from models.training.atomic_io import atomic_write_text
from models.training.errors import CannotWrite

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

Metrics = Mapping[str, float | int | None]


class RunLog:
    """Writes `log.jsonl` and `tensorboard/` in a run's folder.

    Args:
        folder: the run's folder.
        steps_done: number of training steps that were complete at the checkpoint from which the run
            continues. Log lines of later steps are removed, because the run writes these lines again.
    """

    def __init__(self, folder: Path, *, steps_done: int) -> None:
        path = folder / "log.jsonl"
        kept = [line for line in read_log(path) if int(line["step"] or 0) <= steps_done]
        atomic_write_text(path, "".join(json.dumps(line) + "\n" for line in kept))
        self._file = path.open("a", encoding="utf-8")
        self._tensorboard = _summary_writer(folder / "tensorboard", steps_done)

    def write(self, step: int, metrics: Metrics) -> None:
        """Write a step's metrics. None marks an undefined metric, such as the mean of no losses.

        Raises:
            CannotWrite: the disk is full.
        """
        try:
            self._file.write(json.dumps({"step": step, **metrics}) + "\n")
            self._file.flush()
            for name, value in metrics.items():
                if value is not None:
                    self._tensorboard.add_scalar(name, value, step)
        except OSError as error:
            raise CannotWrite(
                f"The log could not be written after step {step}: {error}. Free disk space and run the "
                "command again."
            ) from error

    def close(self) -> None:
        self._file.close()
        self._tensorboard.close()


def read_log(path: Path) -> list[dict[str, float | int | None]]:
    """Return the complete lines of a log. If the file does not exist, return an empty list.

    A truncated last line, which a killed run can leave, is omitted.
    """
    lines = []
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else []:
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines


def _summary_writer(folder: Path, steps_done: int) -> "SummaryWriter":
    # The import takes half a second, and `ti2v train --help` does not need it.
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=steps_done + 1)
