"""Builds two parts of the results page: completeness and inter-annotator agreement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from app.panels.side_names import Naming
from app.results.live.tallies import UNTIMED, CastVotes, CountedStudy, LiveCounts
from app.results.view_models import AgreementPart, Coverage, QuestionAgreement, Stat
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus
from benchmark.exports.printed_cells import (
    EMPTY,
    KAPPA_DECIMALS,
    PERCENT_DECIMALS,
    interval_cell,
    number_cell,
)
from benchmark.protocol import SkipReason, StudyKind, StudyStatus
from benchmark.stats.agreement_table import (
    CHOICE,
    AgreementRow,
    agreement_sentence,
    agreements_apart,
    agreements_together,
)
from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.tallies import Tallies

SKIP_REASONS = {
    SkipReason.CLIP_DOES_NOT_PLAY: "a clip did not play",
    SkipReason.INPUT_MISSING: "image or text missing",
    SkipReason.PROMPT_UNCLEAR: "text unclear",
    SkipReason.UPSETTING: "upsetting",
}
UNKNOWN_SKIPS = Stat("Skips", EMPTY, "not known")
# Size of the smallest panel that can agree partially (3 to 1).
PARTIAL_PANEL = 4
_MEASURES = {
    "fleiss_kappa": "Fleiss’ kappa",
    "krippendorff_alpha": "Krippendorff’s alpha",
    "gwet_ac1": "Gwet’s AC1",
}


def coverage(session: Session, study: Study, live: LiveCounts) -> Coverage:
    """Return the numbers of cast votes, needed votes, annotators and skips, and the median decision time."""
    counted, cast = live.counted, live.votes
    votes, wanted = votes_of_wanted(study, counted)
    if not live.is_human:
        wanted = votes  # an import and a judge have no target number of votes
    valid_left = cast.chose_left[cast.is_valid]
    people = int(np.count_nonzero(np.bincount(cast.annotator[cast.is_valid])))
    return Coverage(
        lede=_lede(study, live),
        votes=votes,
        wanted=wanted,
        stats=(
            Stat(
                "Annotators", f"{people:,}", f"about {round(votes / people):,} votes each" if people else ""
            ),
            _decision_time(cast),
            _skips(session, study) if live.is_human else UNKNOWN_SKIPS,
            _side_a(int(valid_left.sum()), len(valid_left)),
        ),
    )


def votes_of_wanted(study: Study, counted: CountedStudy) -> tuple[int, int]:
    """Return the number of valid votes, and the number of votes that the study has when all panels are full.

    A matchup that was closed early needs no more votes.
    """
    tallies = counted.tallies
    was_closed = np.array([each.close_reason is not None for each in counted.sides], dtype=bool)
    full = np.full(len(tallies), study.votes_per_comparison)
    wanted = np.where(was_closed[tallies.matchup], tallies.votes, full) if len(tallies) else full
    return int(tallies.votes.sum()), int(wanted.sum())


def agreement_part(counted: CountedStudy, naming: Naming) -> AgreementPart:
    """Return the agreement on the choice and on each reason, over all matchups and for each matchup."""
    part = agreement_on(agreements_together(counted.tallies, study=None), counted.tallies)
    in_each = agreements_apart(counted.tallies, counted.matchups, questions=[CHOICE])
    choices = zip(counted.matchups, in_each, strict=True)
    lines = [
        _line(naming.matchup(each.reference, each.other), row) for each, row in choices if row.comparisons
    ]
    return replace(part, matchups=tuple(lines) if len(lines) > 1 else ())


def agreement_on(rows: Sequence[AgreementRow], tallies: Tallies) -> AgreementPart:
    """Return how well the annotators agree in one matchup, or in all matchups together.

    The first row measures the agreement on the choice.

    Args:
        tallies: the vote counts from which the caller computed `rows`. If no vote has a reason, the rows for
            reasons are left out.
    """
    choice, *reasons = rows
    return AgreementPart(
        lede=(
            f"{choice.comparisons:,} comparisons with at least two votes, by agreement within the panel."
            if choice.comparisons
            else ""
        ),
        sentence=agreement_sentence(choice),
        complete=choice.complete,
        partial=choice.partial,
        split=choice.split,
        can_be_partial=bool((tallies.votes >= PARTIAL_PANEL).any()),
        stats=_agreement_stats(choice) if choice.comparisons else (),
        questions=tuple(_line(row.question.replace("_", " ").capitalize(), row) for row in reasons)
        if choice.comparisons and tallies.reasons.any()
        else (),
    )


def _lede(study: Study, live: LiveCounts) -> str:
    if not live.is_human and study.closed_at:
        how = "Judged automatically" if live.kind is StudyKind.AUTOMATIC else "Imported"
        return f"{how} on {_day(study.closed_at)}."
    counted = live.counted
    full = int((counted.tallies.votes >= study.votes_per_comparison).sum())
    total = len(counted.tallies)
    panels = f"{full:,} of {total:,} comparisons have a full panel of {study.votes_per_comparison}."
    if study.status is StudyStatus.CLOSED and study.closed_at:
        return f"Closed on {_day(study.closed_at)}. {panels}"
    if study.status is StudyStatus.DRAFT or study.opened_at is None:
        return f"Not open yet. {panels}" if total else "Comparisons are created when the study opens."
    return f"Open since {_day(study.opened_at)}. {panels}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _decision_time(cast: CastVotes) -> Stat:
    timed = cast.decision_ms[cast.is_valid & (cast.decision_ms != UNTIMED)]
    if not len(timed):
        return Stat("Median time per vote", EMPTY, "not measured")
    low, median, high = np.percentile(timed, [25, 50, 75]) / 1000
    return Stat("Median time per vote", f"{median:.0f} s", f"IQR {low:.0f}–{high:.0f} s")


def _skips(session: Session, study: Study) -> Stat:
    counted = session.execute(
        select(Assignment.skip_reason, func.count().label("times"))
        # Use a literal, not a bound parameter, so that the partial index on skipped assignments applies.
        .where(
            Assignment.study_id == study.id,
            Assignment.status == literal_column(f"'{AssignmentStatus.SKIPPED}'"),
        )
        .group_by(Assignment.skip_reason)
    ).all()
    times = {row.skip_reason: row.times for row in counted}
    reasons = [f"{times[reason]} {text}" for reason, text in SKIP_REASONS.items() if reason in times]
    return Stat("Skips", f"{sum(times.values()):,}", ", ".join(reasons) or "no skips")


def _side_a(left: int, votes: int) -> Stat:
    if not votes:
        return Stat("Side A chosen", EMPTY, "no votes yet")
    interval = wilson(left, votes)
    beside = interval_cell(percent_of_bound(interval.low), percent_of_bound(interval.high))
    return Stat("Side A chosen", f"{percent(left, votes)} %", beside)


def _agreement_stats(row: AgreementRow) -> tuple[Stat, ...]:
    bounds = _bounds(row, "percent_agreement", PERCENT_DECIMALS)
    agreed = Stat("Percent agreement", f"{row.percent_agreement} %", bounds)
    return agreed, *(
        Stat(name, _kappa(row, measure), _bounds(row, measure)) for measure, name in _MEASURES.items()
    )


def _line(name: str, row: AgreementRow) -> QuestionAgreement:
    return QuestionAgreement(
        name=name,
        percent=number_cell(row.percent_agreement, PERCENT_DECIMALS),
        **{measure: _kappa(row, measure) for measure in _MEASURES},
    )


def _kappa(row: AgreementRow, measure: str) -> str:
    return number_cell(getattr(row, measure), KAPPA_DECIMALS)


def _bounds(row: AgreementRow, measure: str, decimals: int = KAPPA_DECIMALS) -> str:
    low, high = getattr(row, f"{measure}_low"), getattr(row, f"{measure}_high")
    return "" if low is None else interval_cell(low, high, decimals)
