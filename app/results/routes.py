"""Results pages of a study: overview, leaderboard, matchup, scenario, pair."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, RedirectResponse

from app.clock import utc_now
from app.cookies import set_link_cookie
from app.dependencies import context_of, count_wrong_secret, page_response, require_reader
from app.errors import NotFound
from app.results.report.writer import report_progress
from app.results.urls import results_url
from app.results.view_builder import build_results_page
from app.results.views.leaderboard import leaderboard_page
from app.results.views.matchup import matchup_page
from app.results.views.pair import pair_page
from app.results.views.pair_list import PairFilter, PairResult
from app.results.views.scenario import scenario_page
from app.results.views.study_metrics import study_metrics_page
from app.security.path_params import LinkSecretPath, PairIdPath, ScenarioPath, SlugPath
from app.security.publication import is_link_secret
from app.security.visibility import find_study
from app.tables.studies import Study
from benchmark.protocol import StudyStatus

router = APIRouter(include_in_schema=False)


@router.get("/studies/{slug}")
def study_url(slug: SlugPath) -> Response:
    """Redirect the shortened URL of a study to its results page, which checks who may read it."""
    return RedirectResponse(results_url(slug))


@router.get("/studies/{slug}/results")
def results_page(slug: SlugPath, request: Request) -> Response:
    """Show a study's results. The results of a running study are marked interim."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        page = build_results_page(session, study, principal)
    return page_response(request, "results/results.html", page)


@router.get("/studies/{slug}/report/progress")
def one_report_progress(slug: SlugPath, request: Request) -> Response:
    """Return the number of finished steps and the number of all steps of the study's report.

    The response is 204 if this process is not building the report.

    The results page polls this route during a download.
    """
    with context_of(request).database.read() as session:
        _visible_study(session, request, slug)
    progress = report_progress(slug)
    if progress is None:
        return Response(status_code=204)
    return JSONResponse(
        {"finished": progress[0], "steps": progress[1]}, headers={"Cache-Control": "no-store"}
    )


@router.get("/studies/{slug}/shared/{secret}")
def open_unlisted_link(slug: SlugPath, secret: LinkSecretPath, request: Request) -> Response:
    """Open an unlisted link, so that this browser can read the results of the link's study."""
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
        raise NotFound("This link is unknown, or the study's owner removed it. Ask the owner for a new link.")
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
    """Show one matchup of a study, with one page of the filtered list of the matchup's pairs."""
    context = context_of(request)
    wanted = PairFilter(scenario, result or None)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        built = matchup_page(session, study, number, wanted, principal=principal, page=page)
    return page_response(request, "results/matchup.html", built)


@router.get("/studies/{slug}/leaderboard")
def one_leaderboard(slug: SlugPath, request: Request) -> Response:
    """Show a study's models ranked by strength."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        page = leaderboard_page(session, study, principal)
    return page_response(request, "results/leaderboard.html", page)


@router.get("/studies/{slug}/metrics")
def study_metrics(slug: SlugPath, request: Request) -> Response:
    """Show automatic metrics of a study's models, and how often each metric agrees with the votes."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        page = study_metrics_page(session, study, principal)
    return page_response(request, "results/metrics.html", page)


@router.get("/studies/{slug}/scenarios/{scenario}")
def one_scenario(slug: SlugPath, scenario: ScenarioPath, request: Request) -> Response:
    """Show the results of every matchup on the pairs of one scenario."""
    context = context_of(request)
    with context.database.read() as session:
        page = scenario_page(session, _visible_study(session, request, slug), scenario)
    return page_response(request, "results/scenario.html", page)


@router.get("/studies/{slug}/pairs/{pair_id}")
def one_pair(slug: SlugPath, pair_id: PairIdPath, request: Request) -> Response:
    """Show one pair with its clips, the names of the models and every vote."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        page = pair_page(session, study, pair_id, principal=principal)
    return page_response(request, "results/pair.html", page)


def _visible_study(session: Session, request: Request, slug: str) -> Study:
    principal = require_reader(session, request, slug, now=utc_now())
    return find_study(session, slug=slug, principal=principal)
