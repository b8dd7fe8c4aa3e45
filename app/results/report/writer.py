"""Writes the report of a study into a folder or as a ZIP file."""

import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from app.database import Database
from app.errors import StorageFull, Unavailable
from app.media.store import StoreFull, full_disk_as_store_full
from app.results.report.contents import report_contents, use_one_snapshot
from app.results.report.stored_scores import write_stored_scores
from app.security.identity import Principal
from app.security.visibility import find_study
from benchmark.exports.figures.writer import PaperFigure
from benchmark.report.writer import STEPS, write_report_files

__all__ = ["STEPS", "building", "report_progress", "write_report", "zipped_report"]

# Building a report keeps a processor busy for seconds, so only one report is built at a time.
_BUILDING = threading.Lock()
# The number of finished steps of the report that is being built, keyed by the slug of the study.
_FINISHED_STEPS: dict[str, int] = {}
_STEPS_WITH_ZIP = STEPS + 1
CHUNK_BYTES = 256 * 1024
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest date that a ZIP file can store


def write_report(
    database: Database,
    *,
    slug: str,
    principal: Principal,
    folder: Path,
    licence: str = "unknown",
    strips: tuple[PaperFigure, ...] = (),
    scores: tuple[Path, ...] = (),
    step: Callable[[], None] = lambda: None,
) -> None:
    """Write the report into an empty folder, from one database snapshot.

    Args:
        scores: files of metric scores; without files, the report uses the stored scores of the sides.
        step: progress callback, called `STEPS` times, and once more for each frame strip.

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
        Conflict: the study is a draft or has no votes.
        MetricInputError: two files of metric scores are for the same suite and side, or files of one
            suite have different settings.
    """
    with database.read() as session, tempfile.TemporaryDirectory(prefix="ti2v-scores-") as stored:
        use_one_snapshot(session)
        study = find_study(session, slug=slug, principal=principal)
        contents = report_contents(session, study, licence=licence, strips=strips)
        chosen = scores or write_stored_scores(session, study, principal, Path(stored))
        write_report_files(replace(contents, scores=chosen), folder, step)


def zipped_report(database: Database, *, slug: str, principal: Principal) -> BinaryIO:
    """Return the report as an open ZIP file, which the caller closes.

    The same votes always give the same bytes.

    Raises:
        NotFound, Conflict: see `write_report`.
        Unavailable: another report is being built.
        StorageFull: the disk is full.
    """
    try:
        with (
            building(slug) as step,
            full_disk_as_store_full(),
            tempfile.TemporaryDirectory(prefix="ti2v-report-") as folder,
        ):
            write_report(database, slug=slug, principal=principal, folder=Path(folder), step=step)
            # The file has no name, so nothing remains on disk when the download ends.
            archive = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
            _zip(Path(folder), slug, archive)
            step()
    except StoreFull as error:
        raise StorageFull("The server's disk is full, so the report could not be built.") from error
    return archive


@contextmanager
def building(slug: str) -> Iterator[Callable[[], None]]:
    """Mark the report of a study as being built until the block ends; yield the progress callback.

    Raises:
        Unavailable: another report is being built.
    """
    if not _BUILDING.acquire(blocking=False):
        raise Unavailable("Another report is being built. Try again in a moment.")
    try:
        _FINISHED_STEPS[slug] = 0
        yield lambda: _FINISHED_STEPS.update({slug: _FINISHED_STEPS[slug] + 1})
    finally:
        _FINISHED_STEPS.clear()
        _BUILDING.release()


def report_progress(slug: str) -> tuple[int, int] | None:
    """Return the numbers of finished steps and of all steps; None if this process builds no report."""
    finished = _FINISHED_STEPS.get(slug)
    return None if finished is None else (finished, _STEPS_WITH_ZIP)


def _zip(folder: Path, slug: str, archive: BinaryIO) -> None:
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{slug}/{path.relative_to(folder).as_posix()}", _NO_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with path.open("rb") as file, target.open(entry, "w", force_zip64=True) as output:
                    shutil.copyfileobj(file, output, CHUNK_BYTES)
    archive.seek(0)
