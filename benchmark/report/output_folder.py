"""Writes a report's folder atomically: the folder gets its final name when all files are complete."""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.report.checksums import CHECKSUMS_FILE, read_file_names

PROTOCOL = "protocol.json"


class ReportRefused(ValueError):
    """The report cannot be written to this folder; the message gives the reason and the next step."""


@contextmanager
def new_report_folder(target: Path, study: str) -> Iterator[Path]:
    """Yield an empty folder; if the `with` block ends without an error, this folder replaces the target.

    The new folder is created next to the target folder, under a name that begins with a dot. If the block
    fails, the new folder is removed. If the process is killed, the unfinished folder remains; you can delete
    it.

    Raises:
        ReportRefused: the target contains something other than an earlier report of the same study, or the
            disk is full.
        OSError: the target cannot be written.
    """
    check_target(target, study)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_unfinished(target), dir=target.parent))
        try:
            yield folder
            folder.chmod(0o755)  # mkdtemp sets 0700
            _replace(target, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ReportRefused(
                f"The disk is full, so the report was not written to {target}. Free disk space and try again."
            ) from error
        if _unfinished(target) in str(error.filename):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def check_target(target: Path, study: str) -> None:
    """Check that the target is new, empty, or an earlier report of the study.

    Raises:
        ReportRefused: the target contains other files.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ReportRefused(f"{target} is not a folder. Name a folder that does not exist yet.")
    if not target.exists() or not any(target.iterdir()):
        return
    if _study_of(target) != study:
        raise ReportRefused(
            f"{target} is not empty and is not an earlier report of {study}. Name another folder."
        )
    known = {CHECKSUMS_FILE, *read_file_names(target)}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if not path.is_dir() and name not in known:
            raise ReportRefused(
                f"{target} contains {name}, which is not part of the report. Move the file, or name another "
                "folder."
            )


def _unfinished(target: Path) -> str:
    """Return the prefix of the temporary name that a report's folder has until the report is complete."""
    return f".{target.name}.unfinished-"


def _study_of(folder: Path) -> str | None:
    try:
        protocol = json.loads((folder / PROTOCOL).read_text(encoding="utf-8"))
        return str(protocol["study"]["slug"]) if (folder / CHECKSUMS_FILE).is_file() else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _replace(target: Path, folder: Path) -> None:
    if not target.exists():
        folder.rename(target)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{target.name}.earlier-", dir=target.parent))
    target.rename(earlier / "report")
    try:
        folder.rename(target)
    except OSError:
        (earlier / "report").rename(target)
        raise
    finally:
        shutil.rmtree(earlier, ignore_errors=True)
