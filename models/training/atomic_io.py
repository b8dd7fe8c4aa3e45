"""Writes files and folders atomically: completely or not at all, even if the process is killed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from models.training.errors import CannotWrite

TEMPORARY_PREFIX = "unfinished-"


@contextmanager
def atomic_write(final: Path) -> Iterator[Path]:
    """Yield a temporary path next to `final`; on success, the file or folder at this path replaces `final`.

    The temporary path has the file name extension of `final`. After an error or an interrupt, the temporary
    file or folder is removed and `final` is unchanged.

    Raises:
        CannotWrite: the disk is full, or the path is not writable.
    """
    temporary = final.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{final.name}")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if final.is_dir():
            shutil.rmtree(final)
        temporary.replace(final)
    # safetensors reports a full disk with an exception class of its own.
    except (OSError, SafetensorError) as error:
        raise CannotWrite(
            f"{final} could not be written: {error}. Free disk space and run the command again."
        ) from error
    finally:
        remove_path(temporary)


def atomic_write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file atomically.

    Raises:
        CannotWrite: the disk is full, or the path is not writable.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove_path(path: Path) -> None:
    """Remove a file or a folder if it exists. Errors are ignored."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
