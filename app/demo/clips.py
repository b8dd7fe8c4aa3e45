"""Renders and submits the clips of the demo's synthetic models."""

import hashlib
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context, parent_process

from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.jobs.uploads import OwnerUpload
from app.security.identity import Principal
from app.submissions import service
from app.submissions.repository import add_submission, submission_of
from app.submissions.storage import ClipStorage
from app.submissions.streaming import ReceivedFile
from benchmark.pairs import PairSpec
from benchmark.protocol import SubmissionStatus, Visibility
from benchmark.wire.submissions import ModelRequest

log = logging.getLogger("ti2v.demo")


@dataclass(frozen=True)
class DemoSubmission:
    """A submission of a synthetic model.

    Each model has two submissions with different labels: one with a single scenario, and one with all
    scenarios.
    """

    model: str
    label: str
    description: str


@dataclass(frozen=True)
class MissingClip:
    """A clip that must be rendered, and the submission that it belongs to."""

    public_id: str
    model: str
    pair_name: str


@contextmanager
def rendering_processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of low-priority processes, so that pages stay responsive."""
    # Use spawn and not fork, because this process has threads and an open database.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_set_up_process)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def submit_clips(
    context: AppContext,
    pool: ProcessPoolExecutor,
    *,
    principal: Principal,
    benchmark: str,
    wanted: Sequence[DemoSubmission],
    pairs: Sequence[PairSpec],
) -> list[str]:
    """Render and submit the missing clips, finalise the submissions, and return their public IDs.

    After an interruption, the next call renders the clips that are still missing. All clips of an image are
    rendered together, because they share the image's background.
    """
    public_ids = [_open(context, principal=principal, benchmark=benchmark, wanted=each) for each in wanted]
    missing = [_missing(context, principal=principal, public_id=each) for each in public_ids]
    clips = [
        MissingClip(public_id, each.model, pair.id)
        for pair in pairs
        for public_id, each, names in zip(public_ids, wanted, missing, strict=True)
        if pair.id in names
    ]
    image_of = {pair.id: pair.image for pair in pairs}
    by_image = [list(group) for _, group in groupby(clips, key=lambda clip: image_of[clip.pair_name])]
    for group, files in zip(by_image, pool.map(_render, by_image), strict=True):
        for clip, mp4 in zip(group, files, strict=True):
            _store(context, mp4, principal=principal, clip=clip)
    for public_id in public_ids:
        _finalise(context, principal=principal, public_id=public_id)
    return public_ids


def _missing(context: AppContext, *, principal: Principal, public_id: str) -> set[str]:
    with context.database.read() as session:
        submission = service.find_submission(session, public_id=public_id, principal=principal)
        is_open = submission.status is SubmissionStatus.OPEN
        return set(service.missing_clips(session, submission)) if is_open else set()


def _finalise(context: AppContext, *, principal: Principal, public_id: str) -> None:
    with context.database.write() as session:
        submission = service.find_submission(
            session, public_id=public_id, principal=principal, for_change=True
        )
        service.finalise(
            session, submission=submission, allow_partial=True, principal=principal, now=utc_now()
        )


def _open(context: AppContext, *, principal: Principal, benchmark: str, wanted: DemoSubmission) -> str:
    with context.database.write() as session:
        now = utc_now()
        request = ModelRequest(
            name=wanted.model, description=wanted.description, licence="CC0-1.0, rendered by this service"
        )
        model = service.register_model(
            session, slug=wanted.model, request=request, principal=principal, now=now
        )
        row = find_benchmark(session, benchmark, principal=principal)
        submission = submission_of(session, model=model, benchmark=row, label=wanted.label) or add_submission(
            session, model=model, benchmark=row, label=wanted.label, principal=principal, now=now
        )
        submission.visibility = Visibility.PUBLIC
        return submission.public_id


def _store(context: AppContext, mp4: bytes, *, principal: Principal, clip: MissingClip) -> None:
    storage = ClipStorage(context.database, context.store, context.sandbox)
    authorization = OwnerUpload(principal, clip.public_id, clip.pair_name)
    with context.database.read() as session:
        target = authorization.find_target(session)
    with context.store.private_file() as path:
        path.write_bytes(mp4)
        received = ReceivedFile(path, hashlib.sha256(mp4).hexdigest(), len(mp4))
        storage.save(received, target=target, authorization=authorization)


def _set_up_process() -> None:
    """Lower this process's priority, and end this process when the server exits or is killed."""
    os.nice(10)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _render(clips: list[MissingClip]) -> list[bytes]:
    from benchmark.scenes import draw_clip

    return [draw_clip(clip.model, clip.pair_name) for clip in clips]
