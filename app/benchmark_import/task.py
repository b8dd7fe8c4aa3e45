"""Implements the background task that imports a benchmark."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from app.benchmark_import.folder_reader import (
    LIMITS,
    BenchmarkRefused,
    FolderToRead,
    ReadBenchmark,
    read_folder,
)
from app.benchmark_import.service import owner_of_import
from app.benchmarks.images import StoredImage, store_images
from app.benchmarks.service import import_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.errors import Conflict, Forbidden, Invalid
from app.media.sandbox import Sandbox
from app.media.store import MediaDamaged, MediaMissing
from app.private_files import make_private_folder
from app.tables.people import Person
from app.tables.tasks import Task
from app.tasks.queries import require_active_owner
from app.tasks.runner import Progress, TaskFailed
from benchmark.importers.hub import HubAddress, download_limited, parse_address
from benchmark.importers.problems import ImportProblems

POLL_S = 1.0
Result = TypeVar("Result")


def import_in_background(context: AppContext, subject: str, progress: Progress) -> None:
    """Read a queued benchmark and store it as the next version of the benchmark with the slug `subject`.

    Raises:
        TaskFailed: the benchmark has problems; the task's details list them.
    """
    details = _details(context, progress)
    if "result" in details:
        # An earlier attempt stored the benchmark, but the server ended before the task was marked as done.
        _delete_archive(context, details)
        return
    try:
        progress.require_active_owner()
        with _folder(context, progress) as folder:
            read = _read(context, details, folder, progress)
            images = _store(context, read, progress)
            version = _import(context, subject, progress, details, read, images)
        progress.add_details(
            result={"version": version, "pairs": len(read.source.pairs), "images": len(images)}
        )
    except (MediaMissing, MediaDamaged) as error:
        raise TaskFailed(
            "The uploaded file is missing or damaged in the media store. Send it again."
        ) from error
    except (BenchmarkRefused, Forbidden, Invalid, Conflict, ImportProblems) as error:
        listed = [str(problem) for problem in getattr(error, "problems", [])]
        progress.add_details(problems=listed)
        _delete_archive(context, details)
        raise TaskFailed(str(error)) from error
    _delete_archive(context, details)


def _details(context: AppContext, progress: Progress) -> dict[str, Any]:
    with context.database.read() as session:
        return dict(session.get_one(Task, progress.task_id).details or {})


@contextmanager
def _folder(context: AppContext, progress: Progress) -> Iterator[Path]:
    """Yield an empty folder, which is deleted afterwards.

    If the server is killed before the deletion, the next attempt deletes the folder.
    """
    folder = context.settings.home / "imports" / f"task-{progress.task_id}"
    shutil.rmtree(folder, ignore_errors=True)
    for part in (folder, folder / "unpacked", folder / "scratch"):
        make_private_folder(part)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(context: AppContext, details: dict[str, Any], folder: Path, progress: Progress) -> ReadBenchmark:
    max_bytes = context.settings.max_import_bytes
    key, scratch = details["archive_key"], folder / "scratch"
    with context.store.open_local(key) if key else nullcontext() as archive:
        if archive is not None:
            source = f"zip sha256:{details['archive_sha256']}"
            place = FolderToRead(folder / "unpacked", scratch, source, archive=archive)
        else:
            place = _downloaded(parse_address(details["hub_address"]), scratch, max_bytes, progress)
        with Sandbox(children=1, limits=LIMITS) as sandbox:
            return _watched(lambda: read_folder(place, sandbox=sandbox, max_bytes=max_bytes), progress)


def _downloaded(hub: HubAddress, scratch: Path, max_bytes: int, progress: Progress) -> FolderToRead:
    snapshot = _watched(lambda: download_limited(hub, max_bytes=max_bytes), progress)
    source = f"hf://{hub.repository}@{snapshot.name}"
    return FolderToRead(snapshot, scratch, source, within=snapshot.parent.parent)


def _store(context: AppContext, read: ReadBenchmark, progress: Progress) -> dict[str, StoredImage]:
    total = len(read.source.images)
    done = iter(range(1, total + 1))
    stored = store_images(
        read.source,
        store=context.store,
        sandbox=context.sandbox,
        readable=read.readable,
        on_image=lambda: progress(next(done), total),
    )
    return dict(stored)


def _import(
    context: AppContext,
    slug: str,
    progress: Progress,
    details: dict[str, Any],
    read: ReadBenchmark,
    images: dict[str, StoredImage],
) -> int:
    """Store the benchmark and return its version."""
    with context.database.write() as session:
        task = session.get_one(Task, progress.task_id)
        require_active_owner(session, task)
        owner = session.get(Person, task.owner_id) if task.owner_id is not None else None
        imported = import_benchmark(
            session,
            source=read.source,
            images=images,
            slug=slug,
            title=details["title"] or read.source.title or slug,
            now=utc_now(),
            actor=owner.name if owner else "server",
            owner_id=owner_of_import(session, slug, task.owner_id),
        )
        return imported.version


def _delete_archive(context: AppContext, details: dict[str, Any]) -> None:
    if details["archive_key"]:
        context.store.delete(details["archive_key"])


def _watched(work: Callable[[], Result], progress: Progress) -> Result:
    """Call a function in a thread and renew the lease of the task until the function returns.

    If the server shuts down, the thread is abandoned and the next attempt starts from the beginning.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the task's thread
            errors.append(error)

    thread = threading.Thread(target=call, name="import", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_S)
        progress(0, 0)
    if errors:
        raise errors[0]
    return results[0]
