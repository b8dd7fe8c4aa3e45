"""The results page of a study."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.errors import NotFound
from app.results import sentences
from app.results.breakdowns import agreement_part, coverage, heat_table
from app.results.live_counts import LiveCounts, live_counts
from app.results.naming import Naming
from app.results.page import Download, ResultsPage
from app.results.pairs import matchup_page
from app.results.ranks import ranks
from app.results.rows import average_rows, figure_rows, panel_sizes, table_rows
from app.security.asking import installation_of, require_person
from app.security.visibility import may_see
from app.tables.studies import Study
from benchmark.exports.notes import TableNote
from benchmark.exports.tables import TableName
from benchmark.protocol import Role, StudyStatus
from benchmark.stats.conclusions import panel_warning
from benchmark.stats.preferences import PreferenceRow, preferences

router = APIRouter(include_in_schema=False)
SlugPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

_DOWNLOADS = (
    ("Preferences", "CSV", "preferences.csv"),
    ("Preferences", "LaTeX", "preferences.latex"),
    ("Preferences", "Markdown", "preferences.markdown"),
    ("Reasons", "CSV", "justifications.csv"),
    ("Agreement", "CSV", "agreement.csv"),
    ("Comparisons", "CSV", "comparisons.csv"),
    ("Votes", "CSV", "votes.csv"),
    ("Votes", "Parquet", "votes.parquet"),
)


@router.get("/studies/{slug}/results")
def results_page(slug: SlugPath, request: Request) -> Response:
    """Show a study's results: a running one's to its own researcher and admins, marked interim."""
    installation = installation_of(request)
    with installation.database.read() as session:
        page = make_page(session, _visible_study(session, request, slug))
    return installation.pages.answer("results/results.html", page)


@router.get("/studies/{slug}/results/{number}")
def one_matchup(slug: SlugPath, number: Annotated[int, Path(ge=1, le=10_000)], request: Request) -> Response:
    """Show one matchup of a study pair by pair, to whoever may see the study's results."""
    installation = installation_of(request)
    with installation.database.read() as session:
        page = matchup_page(session, _visible_study(session, request, slug), number)
    return installation.pages.answer("results/matchup.html", page)


def _visible_study(session: Session, request: Request, slug: str) -> Study:
    principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
    study = session.scalar(select(Study).where(Study.slug == slug))
    if study is None or not may_see(study, principal):
        raise NotFound("There is no such study, or its results are not open to you.")
    return study


def make_page(session: Session, study: Study) -> ResultsPage:
    """Return the page of a study as its votes stand now."""
    live = live_counts(session, study)
    is_interim = study.status is not StudyStatus.CLOSED
    every_row = preferences(live.counted.tallies, live.counted.matchups, interim=is_interim)
    rows = [row for row in every_row if not row.is_average]
    naming = Naming.of(session, rows)
    sorted_rows = _sorted(rows, naming)
    covered = coverage(session, study, live.counted, live.votes)
    closed_early = {each.name: each.close_reason for each in live.counted.sides if each.close_reason}
    panels = panel_sizes(live.counted.tallies, [each.name for each in live.counted.sides])
    urls = {row.matchup: f"/studies/{study.slug}/results/{at}" for at, row in enumerate(rows, start=1)}
    outcome = sentences.Outcome.of(rows)
    return ResultsPage(
        slug=study.slug,
        title=study.title,
        status=study.status,
        is_interim=is_interim,
        headline=(
            sentences.interim_headline(study.status, votes=covered.votes, wanted=covered.wanted)
            if is_interim
            else sentences.headline(outcome, naming)
        ),
        summary=sentences.interim_summary(study.status) if is_interim else sentences.summary(outcome, naming),
        downloads=tuple(
            Download(title, form, f"/api/v1/studies/{study.slug}/exports/{file}")
            for title, form, file in _DOWNLOADS
        ),
        sides=naming.titles,
        figure=figure_rows(sorted_rows, naming=naming, urls=urls, closed_early=closed_early),
        table=table_rows(sorted_rows, naming=naming, panels=panels, closed_early=closed_early),
        averages=average_rows([row for row in every_row if row.is_average], naming=naming),
        table_note=_table_note(live, is_interim=is_interim),
        closed_early=tuple(
            f"{naming.matchup(each.reference, each.other)}: {each.close_reason}"
            for each in live.counted.sides
            if each.close_reason
        ),
        ranks=ranks(live.counted, naming, is_interim=is_interim),
        coverage=covered,
        agreement=agreement_part(live.counted),
        heat=heat_table(live.counted, sorted_rows, naming),
    )


def _sorted(rows: Sequence[PreferenceRow], naming: Naming) -> list[PreferenceRow]:
    """Return the rows by the reference's share, largest first, where one reference makes them comparable."""
    if naming.reference is None:
        return list(rows)
    return sorted(
        rows,
        key=lambda row: -1.0 if row.ti2v_score_reference is None else row.ti2v_score_reference,
        reverse=True,
    )


def _table_note(live: LiveCounts, *, is_interim: bool) -> str:
    note = TableNote.of(live.counted.tallies, left_out=live.left_out, interim=is_interim)
    text = note.text(TableName.PREFERENCES)
    warning = panel_warning(live.counted.tallies, live.counted.matchups)
    return f"{text} {warning}" if warning else text
