"""Writes a command's output to stdout, or atomically to a file."""

import sys
from collections.abc import Iterable
from pathlib import Path


def write_output(chunks: Iterable[bytes], output: str) -> None:
    """Write the chunks to the file `output`, or to stdout if `output` is `-`.

    Raises:
        OSError: the file `output` cannot be written; no partial file is left.
    """
    if output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()
        return
    target = Path(output)
    # Open a device or a pipe directly: an atomic write would replace it with a regular file.
    is_special = target.exists() and not target.is_file()
    unfinished = target if is_special else target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.writelines(chunks)
        unfinished.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, output) from error
    finally:
        if not is_special:
            unfinished.unlink(missing_ok=True)
