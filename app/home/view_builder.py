"""Builds the home page."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.home.queries import (
    SUBMISSIONS_PER_PAGE,
    benchmark_lines,
    published_studies,
    submission_count,
    submission_lines,
)
from app.home.view_models import HomePage, StudySearch, SubmissionsPart
from app.pager import Pager, page_count
from app.security.identity import Principal
from app.studies.queries import study_count
from app.studies.view_builder import STUDIES_PER_PAGE, study_lines
from benchmark.protocol import Role


def home_page(
    session: Session, principal: Principal | None, search: StudySearch, *, page: int, submissions: int
) -> HomePage:
    """Return the home page.

    A page number above the last page returns the last page.

    Args:
        page: the page number in the list of studies.
        submissions: the page number in the list of submissions.
    """
    visitor = HomePage(
        person=None,
        can_create=False,
        studies=(),
        submissions=SubmissionsPart(()),
        benchmarks=benchmark_lines(session, principal),
        published=() if principal else published_studies(session),
        search=search,
    )
    if principal is None:
        return visitor
    of_studies = page_count(study_count(session, principal, search.filter), STUDIES_PER_PAGE)
    of_submissions = page_count(submission_count(session, principal), SUBMISSIONS_PER_PAGE)
    page, submissions = min(page, of_studies), min(submissions, of_submissions)
    can_create = principal.role in (Role.RESEARCHER, Role.ADMIN)
    return replace(
        visitor,
        person=principal.name,
        can_create=can_create,
        studies=study_lines(session, principal, search.filter, page=page),
        submissions=SubmissionsPart(
            submission_lines(session, principal, page=submissions), submissions, can_create
        ),
        study_pager=Pager(
            page, of_studies, "/", (*search.query, _kept("submissions", submissions)), "studies"
        ),
        submission_pager=Pager(
            submissions,
            of_submissions,
            "/",
            (*search.query, _kept("page", page)),
            "submissions",
            parameter="submissions",
        ),
    )


def _kept(name: str, page: int) -> tuple[str, str]:
    """Return a list's page number as a query parameter; the value is empty for page 1."""
    return name, "" if page == 1 else str(page)
