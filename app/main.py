"""Builds the web application: routes, error handlers, middleware."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from app.api.v1 import (
    annotators,
    audit_log,
    benchmarks,
    clips,
    dashboard,
    figures,
    gold_clips,
    imports,
    invitations,
    jobs,
    merges,
    metrics,
    people,
    phases,
    platform_events,
    platforms,
    reports,
    results,
    studies,
    study_changes,
    study_comparisons,
    submissions,
    tasks,
    visibility,
    voting,
)
from app.capacity import OTHER_THREADS
from app.context import AppContext
from app.error_pages import add_error_handlers
from app.errors import NotFound
from app.health import router as health
from app.middleware import API, RequestMiddleware
from app.page_routers import PAGES

DESCRIPTION = (
    "docs/api.md explains every route. A query parameter that a route does not declare, or that occurs "
    "twice, gets 422 (`unknown_parameter`, `repeated_parameter`); an unknown field in a body gets 422 "
    "(`invalid_field`)."
)
# Routes are matched in this order. The voting routes come first, because most requests are votes.
API_ROUTERS = (
    voting,
    clips,
    jobs,
    metrics,
    submissions,
    gold_clips,
    studies,
    platforms,
    platform_events,
    phases,
    study_changes,
    dashboard,
    results,
    figures,
    reports,
    study_comparisons,
    benchmarks,
    annotators,
    invitations,
    visibility,
    people,
    imports,
    merges,
    tasks,
    audit_log,
)


def create_app(context: AppContext) -> FastAPI:
    """Return the web application that serves an open context."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = OTHER_THREADS
        await run_in_threadpool(context.require_current_schema)
        yield

    app = FastAPI(
        title="TI2V Bench",
        version="0.1.0",
        summary="Compare, by human votes, which model animates an image best.",
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        # FastAPI's own traces would contain paths, and paths contain tokens.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=_routes(),
    )
    app.state.context = context
    add_error_handlers(app)
    app.add_middleware(RequestMiddleware, settings=context.settings)
    return app


def _routes() -> list[BaseRoute]:
    """Return all routes as one list.

    With `include_router`, FastAPI would read the types of all handlers a second time, at the first request;
    that takes 0.4 s.
    """
    static = APIRoute("/static/{fingerprint}/{name:path}", _static, include_in_schema=False)
    routers = (*(module.router for module in API_ROUTERS), health, *PAGES)
    return [*(route for router in routers for route in router.routes), static]


def _static(request: Request, name: str = Path(max_length=200)) -> Response:
    """Return an asset. An asset's URL changes with its content, so browsers cache assets permanently."""
    asset = request.app.state.context.pages.assets.files.get(name)
    if asset is None:
        raise NotFound("There is no static file with this name.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.body, media_type=asset.media_type, headers=headers)
