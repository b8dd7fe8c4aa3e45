"""Sends the REST requests that import benchmarks and votes as background tasks."""

import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmark.client.page_iterator import all_pages
from benchmark.client.paths import study_path
from benchmark.client.transport import Query, Transport
from benchmark.pairs import is_hidden_file
from benchmark.protocol import TaskKind, TaskStatus
from benchmark.wire.benchmarks import BenchmarkImportRequest
from benchmark.wire.tasks import TaskResponse, TasksResponse
from benchmark.wire.validation import InvalidRequest, checked_request

_ENDED = (TaskStatus.DONE, TaskStatus.FAILED)
_IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
_PACKED_SUFFIXES = {".csv", ".tsv", ".jsonl", ".json", ".yaml", ".md"} | _IMAGE_SUFFIXES
REPORT_FILES = ("protocol.json", "clips.csv", "votes/votes.csv", "SHA256SUMS")
_TABLE_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".jsonl": "application/jsonl",
}


class ImportApi:
    """The methods of `client.imports`.

    The server runs each import as a background task; `client.tasks.wait` waits until the task ends.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def benchmark(self, place: str | Path, *, slug: str | None = None, title: str = "") -> TaskResponse:
        """Import a benchmark as a new version of `slug`.

        If `slug` is new, you own the benchmark, and it is private.

        Args:
            place: a folder, a ZIP file of a folder, or `hf://owner/name` for a dataset on the Hugging Face
                hub.
            slug: the benchmark's slug; by default the name of the dataset.
            title: the title of the benchmark; by default the authors' title or, if there is none, the slug.

        Raises:
            InvalidRequest: `place` is a folder or ZIP file and `slug` is missing, or `place` is not a folder,
                a ZIP file or a dataset on the hub.
        """
        if str(place).startswith("hf://"):
            request = checked_request(BenchmarkImportRequest, source=str(place), slug=slug, title=title)
            return self._transport.post("/benchmarks", TaskResponse, request, repeatable=False)
        if slug is None:
            raise InvalidRequest("Give the slug of the benchmark, because a folder has none.")
        query = {"slug": slug, "title": title}
        if not Path(place).is_dir():
            if not zipfile.is_zipfile(place):
                raise InvalidRequest(f"{place} is not a folder or a ZIP file. Give one of these.")
            return self._upload("/benchmarks", Path(place), "application/zip", query)
        with tempfile.TemporaryDirectory() as folder:
            packed = Path(folder) / "benchmark.zip"
            pack_folder(Path(place), packed)
            return self._upload("/benchmarks", packed, "application/zip", query)

    def votes(
        self,
        table: Path,
        *,
        study: str,
        benchmark: str,
        columns: Mapping[str, str],
        reference: str | None = None,
        answers: str | None = None,
        title: str = "",
        dry_run: bool = False,
    ) -> TaskResponse:
        """Import a votes table from another system as a new study; the new study is closed.

        Args:
            table: a file in the format CSV, TSV or JSONL.
            study: the slug of the new study.
            benchmark: the slug of the benchmark that contains the table's pairs.
            columns: a mapping from our column names to the table's column names, such as {"pair": "item"}.
            reference: the name of a model. In every matchup with this model, the model becomes the reference.
            answers: the form of the answers in the table: `sides` (reference or other) or `positions` (left
                or right). By default, the table may contain both forms; an answer that is valid in both
                forms is then an error.
            title: the title of the study; by default the slug.
            dry_run: only check the table.

        Raises:
            InvalidRequest: the file's suffix is not that of a CSV, TSV or JSONL file.
        """
        media_type = _TABLE_TYPES.get(table.suffix.lower())
        if media_type is None:
            raise InvalidRequest(f"The name of a votes table must end in {', '.join(_TABLE_TYPES)}.")
        query: Query = {
            "study": study,
            "benchmark": benchmark,
            "map": [f"{ours}={theirs}" for ours, theirs in columns.items()],
            "reference": reference,
            "answers": answers,
            "title": title,
            "dry_run": "true" if dry_run else None,
        }
        return self._upload("/votes", table, media_type, query)

    def merge(
        self, slug: str, report: str | Path, *, study: str, title: str = "", dry_run: bool = False
    ) -> TaskResponse:
        """Merge the votes of your study `slug` and of another server's report into a new, closed study.

        Args:
            report: the ZIP file or the folder of the report, as the other server wrote it.
            study: the slug of the new study.
            title: the title of the new study; if it is empty, the slug becomes the title.
            dry_run: only check the report.

        Raises:
            InvalidRequest: `report` is neither a folder nor a ZIP file.
        """
        query: Query = {"study": study, "title": title, "dry_run": "true" if dry_run else None}
        path = f"{study_path(slug)}/merge"
        if not Path(report).is_dir():
            if not zipfile.is_zipfile(report):
                raise InvalidRequest(f"{report} is not a folder or a ZIP file. Give a report.")
            return self._upload(path, Path(report), "application/zip", query)
        with tempfile.TemporaryDirectory() as folder:
            packed = Path(folder) / "report.zip"
            _pack_report(Path(report), packed)
            return self._upload(path, packed, "application/zip", query)

    def _upload(self, path: str, file: Path, media_type: str, query: Query) -> TaskResponse:
        headers = {"Content-Type": media_type}
        return self._transport.upload(path, TaskResponse, file, headers, query=query, method="POST")


class TaskApi:
    """`client.tasks`: the background tasks that you started; an admin sees all tasks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, kind: TaskKind | None = None, status: TaskStatus | None = None
    ) -> Sequence[TaskResponse]:
        """Return tasks, newest first; the arguments are filters."""
        pages = all_pages(self._transport, "/tasks", TasksResponse, {"kind": kind, "status": status})
        return [row for page in pages for row in page.tasks]

    def get(self, task_id: int) -> TaskResponse:
        """Return a task with its progress and problems."""
        return self._transport.get(f"/tasks/{task_id}", TaskResponse)

    def wait(
        self,
        task_id: int,
        *,
        every_s: float = 1.0,
        on_progress: Callable[[TaskResponse], object] = lambda _: None,
    ) -> TaskResponse:
        """Wait until a task is done or failed, and return the task. A failed task has `problems`.

        Args:
            every_s: seconds between two requests.
            on_progress: called with the task after every request.
        """
        while True:
            task = self.get(task_id)
            on_progress(task)
            if task.status in _ENDED:
                return task
            time.sleep(every_s)


def pack_folder(folder: Path, target: Path) -> None:
    """Write the tables, images and README of a folder to a ZIP file, without hidden files and links.

    Other files, such as clips of models, are left out, because the server ignores them.
    """
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            is_hidden = any(map(is_hidden_file, name.parts))
            is_wanted = path.suffix.lower() in _PACKED_SUFFIXES and not is_hidden
            if is_wanted and path.is_file() and not path.is_symlink():
                packed.write(path, name.as_posix())


def _pack_report(folder: Path, target: Path) -> None:
    """Write a ZIP file of a report, with only the files that a merge needs."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in REPORT_FILES:
            if (folder / name).is_file():
                packed.write(folder / name, name)
