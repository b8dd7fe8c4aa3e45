"""The payment list of a study: the work of each platform participant, and whether to approve the work."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.pay import annotator_pay, study_pay
from app.panels.phases import phase_progress, study_phases
from app.panels.quality import study_rules
from app.panels.quality_figures import QualityFigures, study_figures
from app.panels.rule_checks import rule_results
from app.platforms.exits import annotator_exit
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from benchmark.protocol import Outcome, PaymentAction, RuleStatus
from benchmark.wire.platforms import PaymentResponse
from benchmark.wire.rules import Rules


def payment_list(session: Session, study: Study, *, signing_key: bytes) -> list[PaymentResponse]:
    """Return one line for each participant, in the order in which the participants joined.

    Withdrawn participants are absent, because their ids were deleted.
    """
    figures, rules, phases = study_figures(session, study), study_rules(study) or Rules(), study_phases(study)
    pay = study_pay(study)
    rows = session.execute(
        select(PlatformSession, Annotator)
        .join(Annotator, Annotator.id == PlatformSession.annotator_id)
        .where(PlatformSession.study_id == study.id)
        .order_by(PlatformSession.annotator_id)
    )
    lines = []
    for row, annotator in rows.all():
        theirs = figures.get(annotator.id, QualityFigures())
        outcome = (
            phase_progress(session, phases=phases, annotator_id=annotator.id).outcome if phases else None
        )
        results = rule_results(rules, theirs)
        failed = [each.sentence for each in results if each.status is RuleStatus.FAILED]
        code = (
            annotator_exit(
                study, annotator_id=annotator.id, joined=row, outcome=outcome, signing_key=signing_key
            ).code
            if outcome
            else ""
        )
        lines.append(
            PaymentResponse(
                annotator=annotator.pseudonym,
                participant=row.participant,
                session=row.session,
                ids_verified=row.is_verified,
                platform_status=row.status,
                outcome=outcome,
                code=code,
                action=_action(outcome, has_failed=bool(failed)),
                failed_rules=failed,
                unknown_rules=[each.name for each in results if each.status is RuleStatus.UNKNOWN],
                votes=theirs.votes,
                gold=theirs.gold,
                gold_right=theirs.gold_right,
                repeats=theirs.repeats,
                repeats_same=theirs.repeats_same,
                median_s=theirs.median_s,
                pay=annotator_pay(pay, theirs.votes + theirs.gold + theirs.repeats) if pay else None,
                currency=pay.currency if pay else None,
                joined_at=row.joined_at,
                ended_at=_ended_at(session, annotator.id) if outcome else None,
            )
        )
    return lines


def _action(outcome: Outcome | None, *, has_failed: bool) -> PaymentAction:
    if outcome is Outcome.QUALITY_FAILED or (outcome is not None and has_failed):
        return PaymentAction.REVIEW
    return PaymentAction.APPROVE if outcome is Outcome.COMPLETED else PaymentAction.NONE


def _ended_at(session: Session, annotator_id: int) -> datetime | None:
    ended = select(AnnotatorPhase.at).where(AnnotatorPhase.annotator_id == annotator_id)
    return max(session.scalars(ended), default=None)
