"""Files and folders that appear whole or not at all, whatever kills the run or fills the disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from models.training.errors import CannotWrite

UNFINISHED = "unfinished-"


@contextmanager
def written_whole(final: Path) -> Iterator[Path]:
    """Give a place beside `final` to write to, of the same ending; afterwards it takes the place of `final`.

    Raises:
        CannotWrite: no room, or not allowed; what was there before still is.
    """
    unfinished = final.with_name(f"{UNFINISHED}{os.getpid()}-{final.name}")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        if final.is_dir():
            shutil.rmtree(final)
        unfinished.replace(final)
    # safetensors says in a class of its own that the disk is full.
    except (OSError, SafetensorError) as error:
        raise CannotWrite(
            f"{final} could not be written: {error}. Make room and start the command again."
        ) from error
    finally:
        remove(unfinished)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        CannotWrite: no room, or not allowed.
    """
    with written_whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there and can be removed."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
