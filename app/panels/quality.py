"""Ends the study for annotators who failed a quality rule. Owners set the rules before a study opens."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.panels.cancellation import cancel_assignments
from app.panels.phases import end_phase
from app.panels.quality_figures import annotator_figures
from app.panels.rule_checks import failed_rules
from app.panels.vote_status import change_statuses, votes_with_status
from app.security.audit import record_event
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Study
from benchmark.protocol import Outcome, Phase, RuleAction, VoteStatus
from benchmark.wire.rules import Rules

ACTOR = "rules"


def study_rules(study: Study) -> Rules | None:
    return Rules.model_validate(study.rules) if study.rules is not None else None


def end_if_failed(session: Session, *, study: Study, annotator: Annotator, now: datetime) -> bool:
    """End the study for an annotator who failed a rule with the action `stop` or `exclude`.

    Return whether the study ended. The study must be locked.
    """
    rules = study_rules(study)
    if rules is None:
        return False
    ended = session.get(AnnotatorPhase, (annotator.id, Phase.VOTING))
    if ended is not None and ended.outcome is Outcome.QUALITY_FAILED:
        # The rules end the study for an annotator only once, so that they never exclude a reinstated
        # annotator again.
        return True
    figures = annotator_figures(session, annotator.id, with_playback=rules.watching is not None)
    failed = failed_rules(rules, figures)
    if not failed or failed[0].action is RuleAction.FLAG:
        return False
    end_phase(
        session,
        study=study,
        annotator_id=annotator.id,
        phase=Phase.VOTING,
        answers={"rule": failed[0].name},
        outcome=Outcome.QUALITY_FAILED,
        now=now,
    )
    if failed[0].action is RuleAction.EXCLUDE:
        _exclude(session, study=study, annotator=annotator, reason=failed[0].sentence, now=now)
    return True


def _exclude(session: Session, *, study: Study, annotator: Annotator, reason: str, now: datetime) -> None:
    """Exclude the annotator's votes and release the votes' slots; a person can reinstate the votes."""
    cancel_assignments(session, annotator_id=annotator.id, study=study, now=now)
    counting = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.status in (VoteStatus.VALID, VoteStatus.SURPLUS)
    ]
    changed = change_statuses(
        session, counting, study=study, status=VoteStatus.EXCLUDED, reason=reason, actor=ACTOR, now=now
    )
    annotator.excluded_at, annotator.excluded_reason = now, reason
    details = {"annotator": annotator.pseudonym, "votes": changed[VoteStatus.EXCLUDED]}
    record_event(session, ACTOR, "annotator.exclude", subject=study.slug, now=now, **details)
