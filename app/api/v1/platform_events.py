"""REST route that receives the signed notifications of a crowd platform."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.security import APIKeyHeader
from pydantic import ValidationError
from sqlalchemy import select

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of
from app.errors import Forbidden, Invalid, NotFound
from app.platforms.events import apply_event
from app.platforms.prolific import SignedEvent, signed_event
from app.platforms.service import study_platform
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.tables.studies import Study
from benchmark.protocol import PlatformKind
from benchmark.wire.platforms import ProlificEvent

# This dependency only documents the signature in /api/v1/openapi.json.
SIGNATURE = Depends(
    APIKeyHeader(
        name="X-Prolific-Request-Signature",
        scheme_name="ProlificSignature",
        auto_error=False,
        description="Base64 of the HMAC-SHA256 of X-Prolific-Request-Timestamp and the body.",
    )
)
router = api_router("notifications", is_for_people=False, credentials=[SIGNATURE])


async def raw_body(request: Request) -> bytes:
    """Return the body as it was sent, because the signature covers these bytes."""
    return await request.body()


@router.post(
    "/studies/{slug}/platform/events",
    status_code=204,
    responses=errors("403 bad_signature", "404 not_found"),
)
def receive_event(
    slug: SlugPath,
    request: Request,
    body: Annotated[bytes, Depends(raw_body)],
    signature: Annotated[str, Header(alias="X-Prolific-Request-Signature", max_length=200)] = "",
    timestamp: Annotated[str, Header(alias="X-Prolific-Request-Timestamp", max_length=40)] = "",
    event_id: Annotated[str, Header(alias="X-Event-ID", max_length=255)] = "",
    event_time: Annotated[str, Header(alias="X-Timestamp", max_length=40)] = "",
) -> Response:
    """Receive a notification from Prolific about a participant's submission on Prolific.

    If the participant gave up or ran out of time on Prolific, the server frees the slots of the participant's
    open comparisons. A notification that is repeated, or older than the stored state, changes nothing.
    """
    now = utc_now()
    with context_of(request).database.write() as session:
        found = session.scalar(select(Study).where(Study.slug == slug))
        platform = study_platform(found) if found is not None else None
        if found is None or platform is None or platform.kind is not PlatformKind.PROLIFIC:
            raise NotFound("This study receives no notifications.")
        signed: SignedEvent | None = None
        if platform.webhook_secret is not None:
            signed = signed_event(
                body=body,
                signature=signature,
                timestamp=timestamp,
                event_id=event_id,
                event_time=event_time,
                secret=platform.webhook_secret,
                now=now,
            )
        if signed is None:
            raise Forbidden("The signature of this notification is wrong.", code="bad_signature")
        event = _event(body)
        apply_event(session, study=lock_study(session, found.id), event=event, signed=signed, now=now)
    return Response(status_code=204)


def _event(body: bytes) -> ProlificEvent:
    try:
        return ProlificEvent.model_validate_json(body)
    except ValidationError as error:
        raise Invalid("The notification does not have Prolific's format.", code="invalid_field") from error
