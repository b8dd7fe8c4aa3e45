"""Builds the page that lists benchmarks and imports a benchmark."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.benchmark_import.view_models import BenchmarkRow, BenchmarksPage, ImportFields, ImportForm
from app.benchmarks.profile import benchmark_shapes
from app.benchmarks.service import newest_versions
from app.pager import Pager, page_count
from app.security.identity import Principal
from benchmark.protocol import Role, Scope

BENCHMARKS_PER_PAGE = 50


def benchmarks_page(
    session: Session, principal: Principal | None, *, page: int, form: ImportForm | None
) -> BenchmarksPage:
    """Return a page of the newest versions of benchmarks, sorted by slug.

    A page number above the last page returns the last page.
    """
    query = newest_versions(principal)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = page_count(total, BENCHMARKS_PER_PAGE)
    pager = Pager(min(page, pages), pages, "/benchmarks", (), anchor="benchmarks")
    first = (pager.number - 1) * BENCHMARKS_PER_PAGE
    rows = session.scalars(query.offset(first).limit(BENCHMARKS_PER_PAGE)).all()
    shapes = benchmark_shapes(session, [row.id for row in rows])
    return BenchmarksPage(
        benchmarks=tuple(
            BenchmarkRow(
                slug=row.slug,
                title=row.title,
                version=row.version,
                shape=shapes[row.id],
                licence=row.licence,
                visibility=row.visibility,
                created_at=row.created_at,
            )
            for row in rows
        ),
        total=total,
        pager=pager,
        form=form,
    )


def import_form(
    principal: Principal | None,
    fields: ImportFields,
    *,
    max_bytes: int,
    problem: str = "",
    problems: Mapping[str, str] | None = None,
) -> ImportForm | None:
    """Return the form with the submitted values; None for people who may not import a benchmark."""
    if principal is None or principal.role not in (Role.ADMIN, Role.RESEARCHER):
        return None
    if not principal.may(Scope.STUDY):
        return None
    return ImportForm(fields, max_bytes, problem, problems)
