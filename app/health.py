"""Serves health checks and metrics for monitoring."""

import logging
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import StorageFull, Unavailable
from app.free_space import least_free_space
from app.jobs.worker_metrics import worker_metrics
from app.settings import MIB, Settings
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)
log = logging.getLogger("ti2v.operations")


# Monitoring tools also send HEAD. The response to HEAD has no body.
@router.api_route("/healthz", methods=["GET", "HEAD"])
def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
def ready(request: Request) -> dict[str, str]:
    """Check database, media store and free disk space; report whether processes share rate limits."""
    context = context_of(request)
    try:
        with context.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.exception("database does not respond")
        raise Unavailable("The database does not respond.", code="database_unavailable") from error
    if not context.store.healthy():
        raise Unavailable("The media store does not respond.", code="media_unavailable")
    _require_free_space(context.settings)
    return {"status": "ready", "rate_limits": "shared" if context.guesses.are_shared() else "per process"}


def _require_free_space(settings: Settings) -> None:
    disk = least_free_space(settings)
    if disk.is_too_small:
        raise StorageFull(f"The server's disk has only {disk.free_bytes // MIB} MiB left. {disk.advice}")


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return the metrics in Prometheus text format.

    Only programs on this machine, admins and viewers may read the metrics.
    """
    context = context_of(request)
    with context.database.read() as session:
        if not (context.settings.metrics_public or _is_local(request)):
            require_person(session, request, Role.VIEWER, now=utc_now())
        workers = worker_metrics(session, now=utc_now())
    return Response(generate_latest() + workers, media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    """Return whether a program on this machine sent the request directly, not through a proxy."""
    if any(header in request.headers for header in ("forwarded", "x-forwarded-for", "x-real-ip", "via")):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
