"""Sets the demo up on the first start and finds it again on every other.

Its links and key are derived from the installation's secret key, so each start prints the same ones.
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
from sqlalchemy.orm import Session

from app.benchmarks.images import store_images
from app.benchmarks.service import import_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.demo.clips import DrawnSubmission, drawing_processes, hand_in
from app.security.identity import Principal, create_key, create_sign_in_link, person_named
from app.security.tokens import KEY_PREFIX, derived_token, hash_token
from app.studies import service as studies
from app.studies.matchups import MatchupPlan
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
WHOLE = "demo"
RESEARCHER = "demo-researcher"
REFERENCE = "reference"


@dataclass(frozen=True)
class Demo:
    """Where a person who just started the service should go."""

    voting_link: str
    results_page: str
    sign_in_link: str
    researcher_key: str
    api: str


@contextmanager
def set_up_demo(context: AppContext) -> Iterator[Demo]:
    """Yield the demo's links; the rest of its clips is drawn beside the running service."""
    principal = _researcher(context)
    if _is_ours(context):
        with drawing_processes(os.cpu_count() or 1) as pool:
            _first_look(context, pool, principal)
            stopping = threading.Event()
            drawer = threading.Thread(
                target=_draw_the_rest, args=(context, pool, principal, stopping), name="demo"
            )
            drawer.start()
            try:
                yield _links(context)
            finally:
                stopping.set()
                pool.shutdown(wait=False, cancel_futures=True)
                drawer.join()
    else:
        yield _links(context)


def _researcher(context: AppContext) -> Principal:
    """Return the demo's researcher, with the key this installation always prints."""
    key = _researcher_key(context)
    now = utc_now()
    with context.database.write() as session:
        person = person_named(session, name=RESEARCHER, role=Role.RESEARCHER, now=now)
        if session.scalar(select(ApiKey.id).where(ApiKey.key_hash == hash_token(key))) is None:
            create_key(session, person=person, now=now, key=key)
        return Principal(person.id, person.name, person.role)


def _is_ours(context: AppContext) -> bool:
    """Import the bundled benchmark into an empty database; tell whether this installation has the demo."""
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
            )
        known = [BENCHMARK]
    return BENCHMARK in known


def _first_look(context: AppContext, pool: ProcessPoolExecutor, principal: Principal) -> None:
    """Make a small study of the first scenario at once, so that there is something to vote on."""
    if _has_study(context, FIRST_LOOK):
        return
    pairs = _bundled_pairs()
    sides = hand_in(
        context,
        pool,
        principal=principal,
        benchmark=BENCHMARK,
        wanted=_models(FIRST_LOOK, only=(REFERENCE, "static")),
        pairs=[pair for pair in pairs if pair.scenario == pairs[0].scenario],
    )
    _open_study(
        context,
        principal=principal,
        slug=FIRST_LOOK,
        title="First look: one scenario",
        reference=sides[0],
        others=sides[1:],
    )


def _draw_the_rest(
    context: AppContext, pool: ProcessPoolExecutor, principal: Principal, stopping: threading.Event
) -> None:
    if _has_study(context, WHOLE):
        return
    try:
        sides = hand_in(
            context,
            pool,
            principal=principal,
            benchmark=BENCHMARK,
            wanted=_models(label=""),
            pairs=_bundled_pairs(),
        )
        _open_study(
            context,
            principal=principal,
            slug=WHOLE,
            title="Demo: the true motion against four ways to be wrong",
            reference=sides[0],
            others=sides[1:],
        )
    except (CancelledError, BrokenProcessPool, RuntimeError):
        # The server stops while clips are being drawn; the next start goes on from here.
        if not stopping.is_set():
            log.exception("drawing the demo's clips failed; the next start tries again")


def _has_study(context: AppContext, slug: str) -> bool:
    with context.database.read() as session:
        return session.scalar(select(Study.id).where(Study.slug == slug)) is not None


def _open_study(
    context: AppContext,
    *,
    principal: Principal,
    slug: str,
    title: str,
    reference: str,
    others: list[str],
) -> None:
    now = utc_now()
    with context.database.write() as session:
        benchmark = session.scalars(select(Benchmark).where(Benchmark.slug == BENCHMARK)).one()
        plan = studies.StudyPlan(
            slug=slug,
            title=title,
            matchups=tuple(MatchupPlan(reference, other) for other in others),
        )
        study = studies.create_study(session, plan=plan, benchmark=benchmark, principal=principal, now=now)
        studies.open_study(session, study=study, principal=principal, now=now)
        studies.add_invitation(session, study=study, token=_invitation(context, slug), now=now)


def _links(context: AppContext) -> Demo:
    address = context.settings.effective_public_url
    now = utc_now()
    with context.database.write() as session:
        admin = person_named(session, name="admin", role=Role.ADMIN, now=now)
        token = create_sign_in_link(
            session, person=admin, now=now, minutes=context.settings.sign_in_link_minutes
        )
        study = _study_to_show(session, context)
    return Demo(
        voting_link=f"{address}/invite/{_invitation(context, study)}",
        results_page=f"{address}/studies/{study}/results",
        sign_in_link=f"{address}/sign-in/{token}",
        researcher_key=_researcher_key(context),
        api=f"{address}/api/v1/openapi.json",
    )


def _study_to_show(session: Session, context: AppContext) -> str:
    """Return the whole demo once it is there, before that the first look."""
    token_hash = hash_token(_invitation(context, WHOLE))
    is_there = session.scalar(select(Invitation.id).where(Invitation.token_hash == token_hash))
    return WHOLE if is_there is not None else FIRST_LOOK


def _researcher_key(context: AppContext) -> str:
    return KEY_PREFIX + derived_token(context.settings.signing_key, "demo researcher key")


def _invitation(context: AppContext, study: str) -> str:
    return derived_token(context.settings.signing_key, f"demo invitation to {study}")


def _bundled_pairs() -> tuple[PairSpec, ...]:
    return tuple(read_official(bundled_folder()).pairs)


def _models(label: str, *, only: tuple[str, ...] | None = None) -> list[DrawnSubmission]:
    """Return what is drawn, the reference first."""
    from benchmark.scenes import WEIGHT_FREE_MODELS

    return [
        DrawnSubmission(model, label, description)
        for model, description in WEIGHT_FREE_MODELS.items()
        if only is None or model in only
    ]
