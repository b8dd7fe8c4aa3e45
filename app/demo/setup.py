"""Sets up the demo on the first start; later starts reuse the stored demo.

The links and the API key are derived from the installation's secret key, so every start prints the same
values.
"""

import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.benchmarks.images import store_images
from app.benchmarks.service import import_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.demo import ablation_study
from app.demo.clips import DemoSubmission, rendering_processes, submit_clips
from app.demo.studies import has_study, invitation_token, open_study
from app.errors import AppError
from app.invitations.links import add_invitation
from app.media.store import StoreError
from app.security.browsers import create_sign_in_link
from app.security.identity import Principal, create_key, person_named
from app.security.tokens import KEY_PREFIX, derived_token, hash_token
from app.tables.bench import Benchmark
from app.tables.people import ApiKey, Invitation
from app.tables.studies import Study
from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.pairs import PairSpec
from benchmark.protocol import Role

log = logging.getLogger("ti2v.demo")

BENCHMARK = "ti2v-starter"
FIRST_LOOK = "first-look"
FULL = "demo"
RESEARCHER = "demo-researcher"
REFERENCE = "reference"
_POLL_S = 5.0


@dataclass(frozen=True)
class Demo:
    """The links and the key that `ti2v up` prints."""

    voting_link: str
    results_page: str
    sign_in_link: str
    researcher_key: str
    api: str


@contextmanager
def set_up_demo(context: AppContext) -> Iterator[Demo]:
    """Yield the demo's links and key; the remaining clips are rendered while the service runs."""
    principal = _researcher(context)
    if _has_demo_benchmark(context):
        with rendering_processes(os.cpu_count() or 1) as pool:
            _create_first_look(context, pool, principal)
            stopping = threading.Event()
            thread = threading.Thread(
                target=_create_studies, args=(context, pool, principal, stopping), name="demo"
            )
            thread.start()
            try:
                yield _links(context)
            finally:
                stopping.set()
                pool.shutdown(wait=False, cancel_futures=True)
                thread.join()
    else:
        yield _links(context)


def _researcher(context: AppContext) -> Principal:
    """Return the demo's researcher, whose key is the same on every start."""
    key = _researcher_key(context)
    with context.database.write() as session:
        now = utc_now()
        person = person_named(session, name=RESEARCHER, role=Role.RESEARCHER, now=now)
        if session.scalar(select(ApiKey.id).where(ApiKey.key_hash == hash_token(key))) is None:
            create_key(session, person=person, now=now, key=key)
        return Principal.of(person)


def _has_demo_benchmark(context: AppContext) -> bool:
    """Import the bundled benchmark if the database is empty.

    Return whether the database contains the bundled benchmark.
    """
    with context.database.read() as session:
        known = list(session.scalars(select(Benchmark.slug)))
    if not known:
        source = read_official(bundled_folder(), source="bundled with TI2V Bench")
        images = store_images(source, store=context.store, sandbox=context.sandbox)
        with context.database.write() as session:
            import_benchmark(
                session,
                source=source,
                images=images,
                slug=BENCHMARK,
                title="TI2V starter benchmark",
                now=utc_now(),
                actor="server",
            )
        known = [BENCHMARK]
    return BENCHMARK in known


def _create_first_look(context: AppContext, pool: ProcessPoolExecutor, principal: Principal) -> None:
    """Create a small study of the first scenario, so that people can vote as soon as the server starts."""
    if has_study(context, FIRST_LOOK):
        return
    pairs = _bundled_pairs()
    sides = submit_clips(
        context,
        pool,
        principal=principal,
        benchmark=BENCHMARK,
        wanted=_models(FIRST_LOOK, only=(REFERENCE, "static")),
        pairs=[pair for pair in pairs if pair.scenario == pairs[0].scenario],
    )
    open_study(
        context,
        principal=principal,
        slug=FIRST_LOOK,
        title="First look: one scenario",
        benchmark=BENCHMARK,
        sides=sides,
    )


def _create_studies(
    context: AppContext, pool: ProcessPoolExecutor, principal: Principal, stopping: threading.Event
) -> None:
    """Create the demo's other studies. A failure of one study does not stop the other one."""
    with _logged_failure(stopping):
        _create_full_demo(context, pool, principal)
    if stopping.is_set():
        return
    with _logged_failure(stopping):
        ablation_study.request_clips(context, principal)
        while not ablation_study.open_if_finished(context, principal):
            if stopping.wait(_POLL_S):
                return


@contextmanager
def _logged_failure(stopping: threading.Event) -> Iterator[None]:
    """Log a failure, unless the server was stopped meanwhile. The next start continues."""
    try:
        yield
    except (AppError, StoreError, SQLAlchemyError, CancelledError, BrokenProcessPool, RuntimeError):
        if not stopping.is_set():
            log.exception("the demo is incomplete; the next start tries again")


def _create_full_demo(context: AppContext, pool: ProcessPoolExecutor, principal: Principal) -> None:
    if has_study(context, FULL):
        return
    sides = submit_clips(
        context,
        pool,
        principal=principal,
        benchmark=BENCHMARK,
        wanted=_models(label=""),
        pairs=_bundled_pairs(),
    )
    open_study(
        context,
        principal=principal,
        slug=FULL,
        title="Demo: reference motion against four faulty models",
        benchmark=BENCHMARK,
        sides=sides,
    )


def _links(context: AppContext) -> Demo:
    address = context.settings.effective_public_url
    with context.database.write() as session:
        now = utc_now()
        admin = person_named(session, name="admin", role=Role.ADMIN, now=now)
        token = create_sign_in_link(
            session, person=admin, now=now, minutes=context.settings.sign_in_link_minutes
        )
        study = _current_study(session, context)
    return Demo(
        voting_link=f"{address}/invite/{invitation_token(context, study)}",
        results_page=f"{address}/studies/{study}/results",
        sign_in_link=f"{address}/sign-in/{token}",
        researcher_key=_researcher_key(context),
        api=f"{address}/api/v1/openapi.json",
    )


def _current_study(session: Session, context: AppContext) -> str:
    """Return the slug of the full demo study; until it exists, return the slug of the small first study.

    Create the study's invitation if it does not exist. The link is derived from the secret key, so a new
    secret key gives a new link.
    """
    full = session.scalar(select(Study).where(Study.slug == FULL))
    study = full or session.scalar(select(Study).where(Study.slug == FIRST_LOOK))
    if study is None:
        return FIRST_LOOK
    token = invitation_token(context, study.slug)
    known = select(Invitation.id).where(Invitation.token_hash == hash_token(token))
    if session.scalar(known) is None:
        add_invitation(session, study=study, token=token, now=utc_now())
    return study.slug


def _researcher_key(context: AppContext) -> str:
    return KEY_PREFIX + derived_token(context.settings.signing_key, "demo researcher key")


def _bundled_pairs() -> tuple[PairSpec, ...]:
    return tuple(read_official(bundled_folder()).pairs)


def _models(label: str, *, only: tuple[str, ...] | None = None) -> list[DemoSubmission]:
    """Return the demo's submissions; the first submission is the reference."""
    from benchmark.synthetic_models import SYNTHETIC_MODELS

    return [
        DemoSubmission(model, label, description)
        for model, description in SYNTHETIC_MODELS.items()
        if only is None or model in only
    ]
