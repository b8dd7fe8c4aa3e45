"""Where a bundle is put: built in a folder of its own, then named, so half a bundle never has the name."""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.report.checksums import SUMS, read_sums

PROTOCOL = "protocol.json"


class ReportRefused(ValueError):
    """The folder cannot take the bundle; the message says why and what to do."""


@contextmanager
def new_bundle(target: Path, study: str) -> Iterator[Path]:
    """Give an empty folder to write into; it takes the target's place when the block ends well.

    The folder lies beside the target and its name begins with a dot. It is removed when the block fails;
    a killed process leaves it, and it may be deleted.

    Raises:
        BundleRefused: the target holds something else than an earlier bundle of the same study, or the disk
            is full.
        OSError: it cannot be written, and names the target.
    """
    refuse_other_contents(target, study)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_unfinished(target), dir=target.parent))
        try:
            yield folder
            folder.chmod(0o755)  # mkdtemp makes it for us alone
            _take_place(folder, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ReportRefused(
                f"The disk is full, so no bundle was written to {target}. Make room and try again."
            ) from error
        if _unfinished(target) in str(error.filename):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def refuse_other_contents(target: Path, study: str) -> None:
    """Refuse a folder that holds anything but an earlier bundle of the study. Raises BundleRefused."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ReportRefused(f"{target} is not a folder. Name one that is not there yet.")
    if not target.exists() or not any(target.iterdir()):
        return
    if _study_of(target) != study:
        raise ReportRefused(
            f"{target} is not empty and holds no earlier bundle of {study}. Name another folder."
        )
    known = {SUMS, *read_sums(target)}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if not path.is_dir() and name not in known:
            raise ReportRefused(
                f"{target} holds {name}, which its bundle does not list. Move it away, or name another "
                "folder."
            )


def _unfinished(target: Path) -> str:
    """Return how the name of the folder begins that a bundle is built in; nobody is told of it."""
    return f".{target.name}.unfinished-"


def _study_of(folder: Path) -> str | None:
    try:
        protocol = json.loads((folder / PROTOCOL).read_text(encoding="utf-8"))
        return str(protocol["study"]["slug"]) if (folder / SUMS).is_file() else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _take_place(folder: Path, target: Path) -> None:
    if not target.exists():
        folder.rename(target)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{target.name}.earlier-", dir=target.parent))
    target.rename(earlier / "bundle")
    try:
        folder.rename(target)
    except OSError:
        (earlier / "bundle").rename(target)
        raise
    finally:
        shutil.rmtree(earlier, ignore_errors=True)
