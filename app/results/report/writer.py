"""Writes the bundle of a study: into a folder, or as one ZIP file."""

import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.database import Database
from app.errors import StorageFull, Unavailable
from app.media.store.base import StoreFull, full_disk_as_store_full
from app.results.report.contents import read_one_moment, report_contents
from app.security.identity import Principal
from app.security.visibility import find_study
from benchmark.exports.figures.writer import PaperFigure
from benchmark.report.writer import STEPS, write_bundle

__all__ = ["STEPS", "write_report", "zipped_report"]

# A bundle keeps a processor busy for seconds, which votes under way have to share.
MAKING = threading.Lock()
_CHUNK_BYTES = 256 * 1024
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP file can say


def write_report(
    database: Database,
    *,
    slug: str,
    principal: Principal,
    folder: Path,
    licence: str = "unknown",
    strips: tuple[PaperFigure, ...] = (),
    step: Callable[[], None] = lambda: None,
) -> None:
    """Write the bundle into an empty folder, everything of one moment.

    Args:
        step: called `STEPS` times, and once for each strip, as the work goes on.

    Raises:
        NotFound: there is no such study, or its results are not open to this person.
        Conflict: it is a draft, or nobody has voted.
    """
    with database.read() as session:
        read_one_moment(session)
        study = find_study(session, slug=slug, principal=principal)
        write_bundle(report_contents(session, study, licence=licence, strips=strips), folder, step)


def zipped_report(database: Database, *, slug: str, principal: Principal) -> Iterator[bytes]:
    """Return the bundle as a ZIP file in pieces; two of one moment are the same bytes.

    Raises:
        NotFound, Conflict: as `write_report`.
        Unavailable: another bundle is being made.
        StorageFull: the disk has no room for it.
    """
    if not MAKING.acquire(blocking=False):
        raise Unavailable("Another bundle is being made right now; try again in a moment.")
    try:
        with full_disk_as_store_full(), tempfile.TemporaryDirectory(prefix="ti2v-report-") as place:
            write_report(database, slug=slug, principal=principal, folder=Path(place))
            # It has no name, so nothing is left of it however the download ends.
            archive = tempfile.TemporaryFile()  # noqa: SIM115 - `_pieces` closes it
            _zip(Path(place), slug, archive)
    except StoreFull as error:
        raise StorageFull("The server's disk has no room for the bundle.") from error
    finally:
        MAKING.release()
    return _pieces(archive)


def _zip(folder: Path, slug: str, archive: BinaryIO) -> None:
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{slug}/{path.relative_to(folder).as_posix()}", _NO_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with path.open("rb") as file, target.open(entry, "w", force_zip64=True) as place:
                    shutil.copyfileobj(file, place, _CHUNK_BYTES)
    archive.seek(0)


def _pieces(archive: BinaryIO) -> Iterator[bytes]:
    with archive:
        while piece := archive.read(_CHUNK_BYTES):
            yield piece
