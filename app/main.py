"""Puts the service together: routes, errors, the edge around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from app.api.v1 import (
    annotators,
    benchmarks,
    clips,
    figures,
    jobs,
    reports,
    results,
    studies,
    submissions,
    voting,
)
from app.context import AppContext
from app.error_pages import add_error_handlers
from app.errors import NotFound
from app.health import router as operations
from app.middleware import RequestMiddleware
from app.page_routers import PAGES

API = "/api/v1"
# Routes are tried in this order, and most requests are votes.
# Only so that /api/v1/openapi.json says how to show a key; app/security reads it. Annotators have none.
KEY = Depends(HTTPBearer(auto_error=False, description="A key from `ti2v key create`."))
API_ROUTERS = (voting, clips, jobs, submissions, studies, results, figures, reports, benchmarks, annotators)


def create_app(context: AppContext) -> FastAPI:
    """Return the web application of an installation that is already open."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(context.require_current_schema)
        yield

    app = FastAPI(
        title="TI2V Bench",
        version="0.1.0",
        summary="Find out, with people, which model animates an image best.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.context = context
    for noun in API_ROUTERS:
        app.include_router(noun.router, prefix=API, dependencies=[] if noun is voting else [KEY])
    for router in (operations, *PAGES):
        app.include_router(router)
    app.add_api_route("/static/{fingerprint}/{name:path}", _static, include_in_schema=False)
    add_error_handlers(app)
    app.add_middleware(RequestMiddleware, settings=context.settings)
    return app


def _static(request: Request, name: str = Path(max_length=200)) -> Response:
    """Return an asset; its address changes with its content, so browsers keep it for ever."""
    asset = request.app.state.context.pages.assets.files.get(name)
    if asset is None:
        raise NotFound("There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.body, media_type=asset.media_type, headers=headers)
