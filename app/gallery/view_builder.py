"""Builds the page of a benchmark."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.benchmarks.profile import benchmark_profile
from app.gallery.view_models import BenchmarkPage
from app.media.thumbnail_urls import TILE, thumbnail_url
from app.security.identity import Principal
from app.security.visibility import may_change
from app.sharing.service import visibility_of
from app.sharing.view_models import VisibilityForm
from app.tables.bench import Benchmark, Pair
from app.tables.people import Person
from benchmark.protocol import Role

SAMPLE_IMAGES = 6


def benchmark_page(
    session: Session, benchmark: Benchmark, principal: Principal | None, *, form: VisibilityForm | None = None
) -> BenchmarkPage:
    """Return the page of a benchmark.

    Args:
        form: after an error, the submitted form; by default the form shows the stored visibility.
    """
    profile = benchmark_profile(session, benchmark)
    is_researcher = principal is not None and principal.role in (Role.ADMIN, Role.RESEARCHER)
    is_own = principal is not None and is_researcher and may_change(benchmark, principal)
    owner = session.get(Person, benchmark.owner_id) if principal and benchmark.owner_id else None
    versions = session.execute(
        select(Benchmark.version, Benchmark.created_at)
        .where(Benchmark.slug == benchmark.slug)
        .order_by(Benchmark.version.desc())
    )
    return BenchmarkPage(
        title=benchmark.title,
        licence=benchmark.licence,
        source=benchmark.source,
        content_hash=benchmark.content_hash,
        visibility=benchmark.visibility,
        owner=owner.name if owner else None,
        profile=profile,
        scenarios=session.scalar(
            select(func.count(Pair.scenario.distinct())).where(Pair.benchmark_id == benchmark.id)
        )
        or 0,
        versions=tuple((row.version, row.created_at) for row in versions),
        images=_sample_images(session, benchmark),
        visibility_form=(form or _stored_visibility(session, benchmark)) if is_own else None,
        new_submission_url="/submissions/new" if is_researcher else None,
    )


def visibility_url(slug: str) -> str:
    return f"/benchmarks/{slug}/visibility"


def _stored_visibility(session: Session, benchmark: Benchmark) -> VisibilityForm:
    stored = visibility_of(session, benchmark)
    return VisibilityForm(visibility_url(benchmark.slug), stored.visibility, "\n".join(stored.people))


def _sample_images(session: Session, benchmark: Benchmark) -> tuple[str, ...]:
    """Return one image URL for each of the first scenarios."""
    first = (
        select(func.min(Pair.id).label("id"), func.min(Pair.position).label("position"))
        .where(Pair.benchmark_id == benchmark.id)
        .group_by(Pair.scenario)
        .order_by(func.min(Pair.position))
        .limit(SAMPLE_IMAGES)
        .subquery()
    )
    keys = session.scalars(
        select(Pair.image_key).join(first, first.c.id == Pair.id).order_by(first.c.position)
    )
    return tuple(thumbnail_url(key, TILE) for key in keys)
