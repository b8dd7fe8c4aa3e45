"""Routes that download figures, for pages and REST."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_person, require_reader
from app.limited_routes import limited_route
from app.results.figures.agreement import agreement_figure_file
from app.results.figures.scenarios import scenes_file
from app.results.figures.strips import DEFAULT_FRAMES, MAX_FRAMES, MIN_FRAMES, strip_file
from app.results.figures.study import study_figure_file
from app.security.identity import Principal
from app.security.path_params import PairIdPath, SlugPath
from benchmark.exports.figures.kinds import MEDIA_TYPES, FigureFormat, FigureName, MetricFigureName
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False, route_class=limited_route(RequestClass.REPORTS))
StudyFigureName = FigureName | MetricFigureName
FramesQuery = Annotated[int, Query(ge=MIN_FRAMES, le=MAX_FRAMES)]


@router.get("/studies/{slug}/figures/{figure}.{file_format}")
def figure(slug: SlugPath, figure: StudyFigureName, file_format: FigureFormat, request: Request) -> Response:
    """Return a figure of a study's results."""
    return figure_answer(request, slug, figure, file_format)


@router.get("/studies/{slug}/pairs/{pair_id}/strip.{file_format}")
def strip(
    slug: SlugPath,
    pair_id: PairIdPath,
    file_format: FigureFormat,
    request: Request,
    frames: FramesQuery = DEFAULT_FRAMES,
) -> Response:
    """Return the frame strips of one pair: one strip for each model of the study."""
    return strip_answer(request, slug, pair_id, file_format, frames)


def figure_answer(
    request: Request, slug: str, figure: StudyFigureName, file_format: FigureFormat
) -> Response:
    database, reader = context_of(request).database, _reader(request, slug)
    if isinstance(figure, MetricFigureName):
        content = agreement_figure_file(database, slug=slug, principal=reader, file_format=file_format)
    else:
        content = study_figure_file(
            database, slug=slug, principal=reader, name=figure, file_format=file_format
        )
    return _download(content, f"{slug}-{figure}", file_format)


def strip_answer(
    request: Request, slug: str, pair_id: str, file_format: FigureFormat, frames: int
) -> Response:
    context = context_of(request)
    content = strip_file(
        context.database,
        store=context.store,
        sandbox=context.sandbox,
        slug=slug,
        pair_id=pair_id,
        principal=_reader(request, slug),
        file_format=file_format,
        frames=frames,
    )
    return _download(content, f"{slug}-strip", file_format)


def scenes_answer(request: Request, slug: str, file_format: FigureFormat) -> Response:
    with context_of(request).database.read() as session:
        # This route requires a sign-in, because a request can decode up to twenty images.
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
    content = scenes_file(context_of(request), slug=slug, principal=principal, file_format=file_format)
    return _download(content, f"{slug}-scenarios", file_format)


def _reader(request: Request, slug: str) -> Principal:
    with context_of(request).database.read() as session:
        return require_reader(session, request, slug, now=utc_now())


def _download(content: bytes, name: str, file_format: FigureFormat) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[file_format], headers=headers)
