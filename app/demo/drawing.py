"""Draws the clips of models that need no weights and hands them in like any researcher would."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.installation import Installation
from app.security.identity import Principal
from app.submissions import service
from app.submissions.keeping import ClipKeeper
from app.submissions.receiving import ReceivedFile
from benchmark.protocol import SubmissionStatus

log = logging.getLogger("ti2v.demo")


@dataclass(frozen=True)
class DrawnSubmission:
    """A submission of a weight-free model; `label` tells a first look from the whole."""

    model: str
    label: str
    description: str


@contextmanager
def drawing_processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that draw at low priority, so that pages stay quick meanwhile."""
    # Spawned, not forked: this process has threads and an open database.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_be_modest)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def hand_in(
    installation: Installation,
    pool: ProcessPoolExecutor,
    *,
    principal: Principal,
    benchmark: str,
    wanted: DrawnSubmission,
    pair_names: Iterable[str],
) -> str:
    """Draw what is missing of a submission, hand it in, make it final; return its public id.

    Stopped halfway, it goes on from what is there the next time.
    """
    public_id = _open(installation, principal=principal, benchmark=benchmark, wanted=wanted)
    with installation.database.read() as session:
        submission = service.find_submission(session, public_id=public_id, principal=principal)
        if submission.status is not SubmissionStatus.OPEN:
            return public_id
        missing = set(service.missing_pairs(session, submission))
    names = [name for name in pair_names if name in missing]
    for name, mp4 in zip(names, pool.map(_draw, [wanted.model] * len(names), names), strict=True):
        _keep(installation, mp4, principal=principal, public_id=public_id, pair_name=name)
    with installation.database.write() as session:
        submission = service.find_submission(
            session, public_id=public_id, principal=principal, for_change=True
        )
        service.finalise(session, submission=submission, allow_partial=True, now=utc_now())
    return public_id


def _open(
    installation: Installation, *, principal: Principal, benchmark: str, wanted: DrawnSubmission
) -> str:
    now = utc_now()
    with installation.database.write() as session:
        card = service.ModelCard(
            name=wanted.model, description=wanted.description, licence="CC0-1.0, drawn by this service"
        )
        service.register_model(session, slug=wanted.model, card=card, principal=principal, now=now)
        row = find_benchmark(session, benchmark)
        before = service.submission_of(session, model=wanted.model, benchmark=row, label=wanted.label)
        if before is None:
            before = service.open_submission(
                session,
                model=wanted.model,
                benchmark=row,
                label=wanted.label,
                principal=principal,
                now=now,
            )
        return before.public_id


def _keep(
    installation: Installation, mp4: bytes, *, principal: Principal, public_id: str, pair_name: str
) -> None:
    keeper = ClipKeeper(installation.database, installation.store, installation.sandbox)
    with installation.store.private_file() as path:
        path.write_bytes(mp4)
        received = ReceivedFile(path, hashlib.sha256(mp4).hexdigest(), len(mp4))
        keeper.keep(received, principal=principal, public_id=public_id, pair_name=pair_name, now=utc_now())


def _be_modest() -> None:
    os.nice(10)


def _draw(model: str, pair_name: str) -> bytes:
    from benchmark.scenes import draw_clip

    return draw_clip(model, pair_name)
