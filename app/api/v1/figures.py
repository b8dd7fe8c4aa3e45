"""REST routes that return a study's figures, frame strips of one pair, and a benchmark's scenarios."""

from fastapi import Request, Response

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.results.figures.routes import (
    FramesQuery,
    StudyFigureName,
    figure_answer,
    scenes_answer,
    strip_answer,
)
from app.results.figures.strips import DEFAULT_FRAMES
from app.security.path_params import PairIdPath, SlugPath
from benchmark.exports.figures.kinds import FigureFormat

router = api_router("results", RequestClass.REPORTS)


@router.get(
    "/studies/{slug}/figures/{figure}.{file_format}",
    response_class=Response,
    responses=errors("404 not_found", "409 cannot_draw"),
)
def study_figure(
    slug: SlugPath, figure: StudyFigureName, file_format: FigureFormat, request: Request
) -> Response:
    """Return a figure (svg, pdf, png), or its numbers as csv; docs/figures.md explains each figure."""
    return figure_answer(request, slug, figure, file_format)


@router.get(
    "/studies/{slug}/pairs/{pair_id}/strip.{file_format}",
    response_class=Response,
    responses=errors("404 not_found unknown_pair", "409 cannot_draw"),
)
def pair_strip(
    slug: SlugPath,
    pair_id: PairIdPath,
    file_format: FigureFormat,
    request: Request,
    frames: FramesQuery = DEFAULT_FRAMES,
) -> Response:
    """Return a figure that shows a pair's image, its prompt, and `frames` frames of each model's clip."""
    return strip_answer(request, slug, pair_id, file_format, frames)


@router.get(
    "/benchmarks/{slug}/scenarios.{file_format}",
    response_class=Response,
    responses=errors("404 unknown_benchmark", "409 cannot_draw"),
)
def benchmark_scenarios(slug: SlugPath, file_format: FigureFormat, request: Request) -> Response:
    """Return one image and one prompt for every scenario of a benchmark."""
    return scenes_answer(request, slug, file_format)
