"""Writes what a command made: to stdout, or to a file that appears whole or not at all."""

import sys
from collections.abc import Iterable
from pathlib import Path


def write_output(chunks: Iterable[bytes], output: str) -> None:
    """Write piece by piece to the file `output`, or to stdout where it is `-`.

    Raises:
        OSError: it cannot be written, and names `output`; no part of it is left.
    """
    if output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()
        return
    target = Path(output)
    # A device or a pipe is written into; to put a file in its place would take it from everybody.
    stands = target.exists() and not target.is_file()
    unfinished = target if stands else target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.writelines(chunks)
        unfinished.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, output) from error
    finally:
        if not stands:
            unfinished.unlink(missing_ok=True)
