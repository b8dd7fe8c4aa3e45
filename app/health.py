"""Health checks and metrics for monitoring."""

import logging

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.dependencies import context_of
from app.errors import Unavailable

router = APIRouter(include_in_schema=False)
log = logging.getLogger("ti2v.operations")


# Monitoring tools also send HEAD; the server then sends no body.
@router.api_route("/healthz", methods=["GET", "HEAD"])
def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
def ready(request: Request) -> dict[str, str]:
    """Return 200 if the database and the media store respond."""
    context = context_of(request)
    try:
        with context.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.exception("database does not respond")
        raise Unavailable("The database does not respond.", code="database_unavailable") from error
    if not context.store.healthy():
        raise Unavailable("The media store does not respond.", code="media_unavailable")
    return {"status": "ready"}


@router.get("/metrics")
def metrics() -> Response:
    """Return metrics in the Prometheus text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
