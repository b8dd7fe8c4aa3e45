"""The payment list of a study: the work of each platform participant, and whether to approve the work."""

from dataclasses import dataclass
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
from benchmark.wire.pay import HourlyPay
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import PaymentResponse
from benchmark.wire.rules import Rules


@dataclass(frozen=True)
class _End:
    """The end of a participation: its outcome, completion code and time.

    None means that the participation has not ended.
    """

    outcome: Outcome | None = None
    code: str = ""
    at: datetime | None = None


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
    for joined, annotator in rows.all():
        end = _end(session, study, phases, joined, signing_key=signing_key)
        theirs = figures.get(annotator.id, QualityFigures())
        lines.append(_line(joined, annotator, end, theirs, rules=rules, pay=pay))
    return lines


def _end(
    session: Session, study: Study, phases: Phases | None, joined: PlatformSession, *, signing_key: bytes
) -> _End:
    annotator_id = joined.annotator_id
    outcome = phase_progress(session, phases=phases, annotator_id=annotator_id).outcome if phases else None
    if outcome is None:
        return _End()
    code = annotator_exit(
        study, annotator_id=annotator_id, joined=joined, outcome=outcome, signing_key=signing_key
    ).code
    ended = select(AnnotatorPhase.at).where(AnnotatorPhase.annotator_id == annotator_id)
    return _End(outcome, code, max(session.scalars(ended), default=None))


def _line(
    joined: PlatformSession,
    annotator: Annotator,
    end: _End,
    theirs: QualityFigures,
    *,
    rules: Rules,
    pay: HourlyPay | None,
) -> PaymentResponse:
    results = rule_results(rules, theirs)
    failed = [each.sentence for each in results if each.status is RuleStatus.FAILED]
    return PaymentResponse(
        annotator=annotator.pseudonym,
        participant=joined.participant,
        session=joined.session,
        ids_verified=joined.is_verified,
        platform_status=joined.status,
        outcome=end.outcome,
        code=end.code,
        action=_action(end.outcome, has_failed=bool(failed)),
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
        joined_at=joined.joined_at,
        ended_at=end.at,
    )


def _action(outcome: Outcome | None, *, has_failed: bool) -> PaymentAction:
    if outcome is Outcome.QUALITY_FAILED or (outcome is not None and has_failed):
        return PaymentAction.REVIEW
    return PaymentAction.APPROVE if outcome is Outcome.COMPLETED else PaymentAction.NONE
