"""Results pages of a study: overview, leaderboard, matchup, scenario, pair."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.dependencies import context_of, count_wrong_secret, require_reader, set_link_cookie
from app.errors import NotFound
from app.panels.side_names import Naming
from app.results.exports import note_of
from app.results.live.tallies import CountedStudy
from app.results.service import StudyResults, results_of
from app.results.urls import export_url, leaderboard_url, results_url
from app.results.view_models import Coverage, Download, ResultsPage, TableTerm
from app.results.views import headlines
from app.results.views.coverage import agreement_part, coverage
from app.results.views.exclusions import exclusions_part
from app.results.views.heatmap import heat_tables
from app.results.views.leaderboard import leaderboard_page, ranks
from app.results.views.matchup import PairFilter, PairResult, matchup_page
from app.results.views.matrix import matrix
from app.results.views.names import side_titles
from app.results.views.pair import pair_page
from app.results.views.rows import average_rows, figure_rows, matchup_facts, table_rows
from app.results.views.scenario import scenario_page
from app.security.path_params import LinkSecretPath, PairIdPath, ScenarioPath, SlugPath
from app.security.publication import is_link_secret
from app.security.visibility import find_study
from app.tables.studies import Study
from benchmark.exports.notes import PREFERENCES_FORMAT, PREFERENCES_TERMS
from benchmark.protocol import StudyStatus
from benchmark.stats.conclusions import panel_warning
from benchmark.stats.preferences import PreferenceRow, by_score

router = APIRouter(include_in_schema=False)

_DOWNLOADS = (
    ("Preferences", "CSV", "preferences.csv"),
    ("Preferences", "LaTeX", "preferences.latex?names=models"),
    ("Preferences", "Markdown", "preferences.markdown"),
    ("Reasons", "CSV", "justifications.csv"),
    ("Agreement", "CSV", "agreement.csv"),
    ("Comparisons", "CSV", "comparisons.csv"),
    ("Parts", "CSV", "breakdowns.csv"),
    ("Sensitivity", "CSV", "sensitivity.csv"),
    ("Two matchups", "CSV", "paired.csv"),
    ("Leaderboard", "CSV", "leaderboard.csv"),
    ("Votes", "CSV", "votes.csv"),
    ("Votes", "Parquet", "votes.parquet"),
)


@router.get("/studies/{slug}/results")
def results_page(slug: SlugPath, request: Request) -> Response:
    """Show a study's results. The results of a running study are marked interim."""
    context = context_of(request)
    with context.database.read() as session:
        page = build_results_page(session, _visible_study(session, request, slug))
    return context.pages.answer("results/results.html", page)


@router.get("/studies/{slug}/shared/{secret}")
def open_unlisted_link(slug: SlugPath, secret: LinkSecretPath, request: Request) -> Response:
    """Open an unlisted link: this browser can then read the results that the link publishes."""
    context = context_of(request)
    with context.database.read() as session:
        study = session.scalar(select(Study).where(Study.slug == slug))
        is_valid = (
            study is not None
            and study.status is StudyStatus.CLOSED
            and is_link_secret(study, secret, context.settings.signing_key)
        )
    if study is None or not is_valid:
        count_wrong_secret(request)
        raise NotFound("This link is unknown, or its study's owner removed it. Ask them for a new one.")
    answer = RedirectResponse(results_url(slug), status_code=303)
    set_link_cookie(answer, study, secret, context)
    return answer


@router.get("/studies/{slug}/results/{number}")
def one_matchup(
    slug: SlugPath,
    number: Annotated[int, Path(ge=1, le=10_000)],
    request: Request,
    scenario: Annotated[str, Query(max_length=100)] = "",
    result: PairResult | Literal[""] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show one matchup of a study. Its pairs can be filtered and are split into pages."""
    context = context_of(request)
    wanted = PairFilter(scenario, result or None)
    with context.database.read() as session:
        built = matchup_page(session, _visible_study(session, request, slug), number, wanted, page=page)
    return context.pages.answer("results/matchup.html", built)


@router.get("/studies/{slug}/leaderboard")
def one_leaderboard(slug: SlugPath, request: Request) -> Response:
    """Show a study's models ranked by strength."""
    context = context_of(request)
    with context.database.read() as session:
        page = leaderboard_page(session, _visible_study(session, request, slug))
    return context.pages.answer("results/leaderboard.html", page)


@router.get("/studies/{slug}/scenarios/{scenario}")
def one_scenario(slug: SlugPath, scenario: ScenarioPath, request: Request) -> Response:
    """Show the results of every matchup on the pairs of one scenario."""
    context = context_of(request)
    with context.database.read() as session:
        page = scenario_page(session, _visible_study(session, request, slug), scenario)
    return context.pages.answer("results/scenario.html", page)


@router.get("/studies/{slug}/pairs/{pair_id}")
def one_pair(slug: SlugPath, pair_id: PairIdPath, request: Request) -> Response:
    """Show one pair with its clips, their model names and every vote."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        page = pair_page(session, study, pair_id, principal=principal)
    return context.pages.answer("results/pair.html", page)


def _visible_study(session: Session, request: Request, slug: str) -> Study:
    principal = require_reader(session, request, slug, now=utc_now())
    return find_study(session, slug=slug, principal=principal)


def build_results_page(session: Session, study: Study) -> ResultsPage:
    """Return the results page of a study with its current votes."""
    results = results_of(session, study)
    counted = results.counted
    rows = [row for row in results.rows if not row.is_average]
    averages = [row for row in results.rows if row.is_average]
    naming = Naming.of(session, rows)
    sorted_rows, facts = by_score(rows), matchup_facts(study.slug, counted)
    covered = coverage(session, study, results.live)
    headline, summary = _headline(results, rows, naming, covered)
    return ResultsPage(
        slug=study.slug,
        title=study.title,
        status=study.status,
        is_interim=results.is_interim,
        is_imported=results.live.is_imported,
        headline=headline,
        summary=summary,
        downloads=tuple(
            Download(title, form, export_url(study.slug, file)) for title, form, file in _DOWNLOADS
        ),
        sides=side_titles(naming),
        figure=figure_rows([*sorted_rows, *averages], naming=naming, facts=facts),
        table=table_rows(sorted_rows, naming=naming, facts=facts),
        averages=average_rows(averages, naming=naming),
        sentences=tuple(headlines.matchup_sentence(row, naming) for row in [*sorted_rows, *averages]),
        opponents=headlines.opponents(counted, naming, is_interim=results.is_interim),
        table_format=PREFERENCES_FORMAT,
        table_terms=tuple(TableTerm(*term) for term in PREFERENCES_TERMS),
        table_counts=note_of(results).counts,
        panel_warning=panel_warning(counted.tallies, naming.named(counted.matchups)),
        closed_early=_closed_early(counted, naming),
        exclusions=exclusions_part(
            results.live, {row.matchup: naming.matchup(row.reference, row.other or "") for row in sorted_rows}
        ),
        leaderboard_url=leaderboard_url(study.slug),
        ranks=ranks(counted, naming, is_interim=results.is_interim),
        matrix=matrix(counted, sorted_rows, naming, facts),
        coverage=covered,
        agreement=agreement_part(counted, naming),
        heats=heat_tables(study.slug, counted, sorted_rows, naming, facts),
    )


def _headline(
    results: StudyResults, rows: Sequence[PreferenceRow], naming: Naming, covered: Coverage
) -> tuple[str, tuple[str, ...]]:
    """Return the headline and the sentences below it."""
    status = results.study.status
    if results.is_interim:
        so_far = headlines.interim_headline(status, votes=covered.votes, wanted=covered.wanted)
        return so_far, headlines.interim_summary(status)
    outcome = headlines.Outcome.of(rows)
    said = headlines.summary(outcome, naming, is_imported=results.live.is_imported)
    return headlines.headline(outcome, naming), said


def _closed_early(counted: CountedStudy, naming: Naming) -> tuple[str, ...]:
    return tuple(
        f"{naming.matchup(each.reference, each.other)}: {each.close_reason}"
        for each in counted.sides
        if each.close_reason
    )
