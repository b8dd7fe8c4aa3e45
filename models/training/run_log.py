"""The log of a run: one JSON line a step, and the same numbers for TensorBoard."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from models.training.atomic_io import write_text
from models.training.errors import CannotWrite

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

Numbers = Mapping[str, float | int | None]


class RunLog:
    """Writes `log.jsonl` and `tensorboard/` in a run's folder.

    A run that resumes at step n forgets the lines after n: it will write them again, with the same numbers.
    """

    def __init__(self, folder: Path, *, steps_done: int) -> None:
        path = folder / "log.jsonl"
        kept = [line for line in read_log(path) if int(line["step"] or 0) <= steps_done]
        write_text(path, "".join(json.dumps(line) + "\n" for line in kept))
        self._file = path.open("a", encoding="utf-8")
        self._board = _board(folder / "tensorboard", steps_done)

    def write(self, step: int, numbers: Numbers) -> None:
        """Write the numbers of a step; None is what it cannot say: the loss of still clips without one.

        Raises:
            CannotWrite: the disk is full.
        """
        try:
            self._file.write(json.dumps({"step": step, **numbers}) + "\n")
            self._file.flush()
            for name, number in numbers.items():
                if number is not None:
                    self._board.add_scalar(name, number, step)
        except OSError as error:
            raise CannotWrite(f"The log could not be written after step {step}: {error}.") from error

    def close(self) -> None:
        self._file.close()
        self._board.close()


def read_log(path: Path) -> list[dict[str, float | int | None]]:
    """Return the lines of a log; a line a killed run left unfinished is dropped, no log has no lines."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines


def _board(folder: Path, steps_done: int) -> "SummaryWriter":
    # Half a second; `ti2v train --help` does not need it.
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=steps_done + 1)
