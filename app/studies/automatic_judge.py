"""Lets the automatic judge vote in a draft, which becomes a closed study of the kind `automatic`.

The judge is one annotator with a fixed rule (benchmark/metrics/automatic_judge.py), so a panel has one vote.
Each vote has an event that marks the vote as automatic. If the judge gives no vote, the comparison stays
without a vote. To let people vote, duplicate the study; the duplicate is a human study.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.metrics.queries import metric_table, submission_name
from app.panels.protocol import freeze_protocol
from app.security.audit import record_event
from app.security.identity import Principal
from app.studies.comparisons import lay_out_comparisons
from app.studies.drafts import require_draft
from app.studies.judge_votes import JudgedComparison, close_comparisons, store_votes
from app.tables.bench import Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Submission
from benchmark.metrics.automatic_judge import RULE, TIE_BELOW, judge_pair
from benchmark.protocol import StudyKind, StudyStatus, SuiteName

ACTION = "study.judge"
Values = Mapping[str, float]


def judge_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Vote in all comparisons of a draft, and close the study.

    The judge reads the scores of the suite `motion`. All clips of the compared submissions must be measured,
    with the same settings.

    Raises:
        Conflict: the study is not a draft (`study_status`); it has parts that only people can answer, or is a
            pilot (`study_kind`); the clips are not measured (`not_measured`); no pair has a known true motion
            (`no_true_motion`); or two sides have no pair in common (`no_common_pairs`).
    """
    session.refresh(study, with_for_update={"key_share": True})
    require_draft(study)
    _refuse_parts_for_people(study)
    scores = _scores(session, study)
    study.kind, study.status, study.votes_per_comparison = StudyKind.AUTOMATIC, StudyStatus.CLOSED, 1
    study.require_justification = False
    study.opened_at = study.closed_at = now
    lay_out_comparisons(session, study)
    judged = _judged(session, study, scores)
    if not any(each.judgement.is_measured for each in judged):
        raise Conflict(
            "No pair of this study has a true motion, so the automatic judge cannot compare the clips. Use a "
            "synthetic benchmark, and measure its clips with the current version of the worker.",
            code="no_true_motion",
        )
    summary = _summary(judged)
    protocol = freeze_protocol(session, study, change="Judged automatically", now=now, judge=summary)
    close_comparisons(session, study)
    store_votes(session, study, judged, protocol_version=protocol.version, principal=principal, now=now)
    record_event(session, principal, ACTION, subject=study.slug, now=now, **summary)


def _refuse_parts_for_people(study: Study) -> None:
    only_people = {
        "gold questions": study.gold_block is not None,
        "phases": study.phases is not None,
        "a pilot": study.is_pilot,
        "a preview": study.is_preview,
    }
    found = [name for name, is_there in only_people.items() if is_there]
    if found:
        raise Conflict(
            f"This draft has {' and '.join(found)}, which only people can answer. Remove them, or duplicate "
            "the study for the automatic judge.",
            code="study_kind",
        )


def _scores(session: Session, study: Study) -> dict[tuple[int, int], dict[str, Values]]:
    """Return the scores, keyed by compared side (submission id and seed), then by pair id.

    Raises:
        Conflict: clips are not measured yet, or the sides were measured with different settings.
    """
    matchups = session.scalars(select(Matchup).where(Matchup.study_id == study.id)).all()
    seeds = {(each.reference_id, each.reference_seed) for each in matchups}
    seeds |= {(each.other_id, each.other_seed) for each in matchups}
    scores: dict[tuple[int, int], dict[str, Values]] = {}
    settings: dict[str, str] = {}
    unmeasured = []
    for submission_id in sorted({each for each, _ in seeds}):
        submission = session.get_one(Submission, submission_id)
        table, name = (
            metric_table(session, submission, SuiteName.MOTION),
            submission_name(session, submission),
        )
        if table is None or table.missing_clips:
            unmeasured.append(name)
            continue
        settings[name] = ", ".join(f"{key} {value}" for key, value in table.settings.items())
        for clip in table.clips:
            scores.setdefault((submission_id, clip.seed), {})[clip.pair] = clip.values
    if unmeasured:
        raise Conflict(
            "The automatic judge needs the scores of the suite motion for every clip. Start the suite for "
            "the listed submissions (ti2v metrics --suite motion --start), and wait until it is complete.",
            code="not_measured",
            problems=unmeasured,
        )
    if len(set(settings.values())) > 1:
        raise Conflict(
            "The sides were measured with different settings. Measure all of them again.",
            code="not_measured",
            problems=[f"{name}: {text}" for name, text in settings.items()],
        )
    return scores


def _judged(
    session: Session, study: Study, scores: Mapping[tuple[int, int], Mapping[str, Values]]
) -> list[JudgedComparison]:
    rows = session.execute(
        select(Comparison, Matchup, Pair.name)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .where(Comparison.study_id == study.id)
        .order_by(Matchup.position, Pair.position)
    ).all()
    judged = []
    for comparison, matchup, pair in rows:
        reference = scores.get((matchup.reference_id, matchup.reference_seed), {}).get(pair, {})
        other = scores.get((matchup.other_id, matchup.other_seed), {}).get(pair, {})
        judged.append(JudgedComparison(comparison, matchup, judge_pair(reference, other)))
    return judged


def _summary(judged: list[JudgedComparison]) -> dict[str, str | float | int]:
    """Return the rule and the outcome of the judge, as the protocol and the audit log store them."""
    outcomes = Counter(
        "not_measured" if not each.judgement.is_measured else "votes" if each.judgement.chosen else "ties"
        for each in judged
    )
    return {
        "rule": RULE,
        "tie_below": TIE_BELOW,
        "votes": outcomes["votes"],
        "ties": outcomes["ties"],
        "not_measured": outcomes["not_measured"],
    }
