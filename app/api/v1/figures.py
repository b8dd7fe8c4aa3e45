"""Figures over REST: those of a study, the strips of one of its pairs, the scenarios of a benchmark."""

from fastapi import Request, Response

from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.results.figures.routes import FramesQuery, figure_answer, scenes_answer, strip_answer
from app.results.figures.strips import DEFAULT_FRAMES
from app.security.path_params import PairIdPath, SlugPath
from benchmark.exports.figures.kinds import FigureFormat, FigureName

router = api_router("results", RequestClass.REPORTS)


@router.get("/studies/{slug}/figures/{figure}.{file_format}", response_class=Response)
def study_figure(slug: SlugPath, figure: FigureName, file_format: FigureFormat, request: Request) -> Response:
    """Return a figure as svg, pdf or png, or the numbers behind it as csv; docs/figures.md explains each."""
    return figure_answer(request, slug, figure, file_format)


@router.get("/studies/{slug}/pairs/{pair_id}/strip.{file_format}", response_class=Response)
def pair_strip(
    slug: SlugPath,
    pair_id: PairIdPath,
    file_format: FigureFormat,
    request: Request,
    frames: FramesQuery = DEFAULT_FRAMES,
) -> Response:
    """Return a pair's image, prompt and `frames` frames of every model of the study."""
    return strip_answer(request, slug, pair_id, file_format, frames)


@router.get("/benchmarks/{slug}/scenarios.{file_format}", response_class=Response)
def benchmark_scenarios(slug: SlugPath, file_format: FigureFormat, request: Request) -> Response:
    """Return an image and a prompt of every scenario of a benchmark."""
    return scenes_answer(request, slug, file_format)
