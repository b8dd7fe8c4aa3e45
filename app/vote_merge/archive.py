"""Unpacks an uploaded report in a sandbox child, and reads the report."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Invalid
from app.media.sandbox import Json, Sandbox, Work, WorkDied, WorkTimeout
from app.private_files import make_private_folder
from benchmark.report.reader import SUFFIXES, StudyReport, read_report

MAX_FILES = 5000


def report_in(archive: Path, *, sandbox: Sandbox, home: Path, max_bytes: int) -> StudyReport:
    """Return the report in a ZIP file. The folder of the unpacked files is deleted at the end.

    Raises:
        Invalid: the ZIP file is damaged, too large, or has unsafe names; `problems` lists all problems.
        ReportError, TableError: see `read_report`.
    """
    with _private_folder(home) as folder:
        return read_report(_unpacked(archive, folder, sandbox, max_bytes))


@contextmanager
def _private_folder(home: Path) -> Iterator[Path]:
    parent = home / "imports"
    make_private_folder(parent)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def _unpacked(archive: Path, folder: Path, sandbox: Sandbox, max_bytes: int) -> Path:
    arguments: dict[str, Json] = {
        "archive": str(archive.absolute()),
        "folder": str(folder.absolute()),
        "suffixes": [*SUFFIXES],
        "max_files": MAX_FILES,
        "max_bytes": max_bytes,
    }
    try:
        reply = sandbox.run(Work.ARCHIVE, arguments)
    except (WorkTimeout, WorkDied) as error:
        raise Invalid("The ZIP file cannot be unpacked: it is damaged or too large.") from error
    problems = reply["problems"]
    assert isinstance(problems, list)
    if problems:
        raise Invalid(
            "The ZIP file is not accepted; nothing was merged.", problems=[str(each) for each in problems]
        )
    found = Path(str(reply["folder"])).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise Invalid("The ZIP file is not accepted; nothing was merged.")
    return found
