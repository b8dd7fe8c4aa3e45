"""REST routes for the crowd platform of a study.

Only people who may change the study can read its completion codes.
"""

from typing import Annotated

from fastapi import Query, Request, Response

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.errors import Invalid
from app.platforms.payments import payment_list
from app.platforms.service import set_platform, study_platform
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from benchmark.exports.payments import payment_file
from benchmark.protocol import PaymentFile
from benchmark.wire.platforms import PaymentsResponse, Platform

router = api_router("platforms")


@router.get("/studies/{slug}/platform", responses=errors("404 not_found"))
def get_platform(slug: SlugPath, request: Request) -> Platform:
    """Return the completion codes and return URLs of a study that you may change."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return study_platform(study)


@router.put("/studies/{slug}/platform", responses=errors("404 not_found", "409 no_phases"))
def put_platform(slug: SlugPath, body: Platform, request: Request) -> Platform:
    """Replace the completion codes and return URLs of a study, before or after it opens."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        set_platform(session, study=study, platform=body, principal=principal, now=utc_now())
        return study_platform(study)


@router.get(
    "/studies/{slug}/platform/payments.csv",
    response_class=Response,
    responses=errors("404 not_found", "422 amount_missing"),
)
def get_payment_file(
    slug: SlugPath,
    request: Request,
    file: PaymentFile = PaymentFile.LIST,
    amount: Annotated[str, Query(pattern=r"^([0-9]{1,6}(\.[0-9]{1,2})?)?$")] = "",
) -> Response:
    """Return the payment list as CSV, or as a file that a crowd platform imports.

    `amount` is the bonus of each participant; only the file `bonus` needs an amount.
    """
    if (file is PaymentFile.BONUS) is not bool(amount):
        raise Invalid("Set amount only for file=bonus, which requires it.", code="amount_missing")
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        payments = payment_list(session, study, signing_key=context.settings.signing_key)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-payments-{file}.csv"',
        "Cache-Control": "no-store",
    }
    content = payment_file(payments, file, amount=amount)
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/studies/{slug}/platform/payments", responses=errors("404 not_found"))
def get_payments(slug: SlugPath, request: Request) -> PaymentsResponse:
    """Return the payment list of a study that you may change. The list contains the ids of participants."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        payments = payment_list(session, study, signing_key=context.settings.signing_key)
    return PaymentsResponse(payments=payments)
