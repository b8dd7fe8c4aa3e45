"""The results page's comparison of scores as reported and with excluded votes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Integer, Select, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.results.tallies import CountedStudy
from app.tables.bench import Pair
from app.tables.studies import Comparison, Study
from app.tables.voting import Vote, VoteEvent
from benchmark.exports.layouts import EMPTY
from benchmark.protocol import Justification, Side, VoteStatus
from benchmark.stats.side_by_side import Score, SideBySide, side_by_side
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class PrintedScore:
    """A score with its interval and the pairs it rests on, as printed."""

    share: str
    interval: str
    decided: int


@dataclass(frozen=True)
class ExclusionRow:
    name: str
    excluded: int
    reported: PrintedScore
    with_excluded: PrintedScore


@dataclass(frozen=True)
class ExclusionsPart:
    """What the excluded votes would change; only matchups that have some."""

    lede: str
    rows: tuple[ExclusionRow, ...]


def exclusions_part(
    session: Session, study: Study, counted: CountedStudy, *, names: Mapping[str, str], excluded: int
) -> ExclusionsPart | None:
    """Return the comparison; None where no vote is excluded, which costs a page nothing.

    Args:
        names: what the page calls each matchup.
        excluded: how many of the study's votes are.
    """
    if not excluded:
        return None
    everything = _with_excluded(session, study, counted)
    rows = [row for row in side_by_side(counted.tallies, everything, counted.matchups) if row.excluded]
    if not rows:
        return None
    return ExclusionsPart(
        lede=_lede(rows),
        rows=tuple(
            ExclusionRow(
                name=names[row.matchup],
                excluded=row.excluded,
                reported=_printed(row.reported),
                with_excluded=_printed(row.with_excluded),
            )
            for row in rows
        ),
    )


def _with_excluded(session: Session, study: Study, counted: CountedStudy) -> Tallies:
    """Return the tallies with every excluded vote counted as if it were valid."""
    tallies = counted.tallies
    matchup = {each.id: index for index, each in enumerate(counted.sides)}
    pair = {name: code for code, name in enumerate(tallies.pairs)}
    place = {
        key: index
        for index, key in enumerate(zip(tallies.matchup.tolist(), tallies.pair.tolist(), strict=True))
    }
    votes = np.stack([tallies.votes_reference, tallies.votes_other], axis=1)
    reasons = tallies.reasons.copy()
    for row in session.execute(_excluded_votes(study)):
        at = place[matchup[row.matchup_id], pair[row.name]]
        side = list(Side).index(row.chosen_side)
        votes[at, side] += row.votes
        reasons[at, :, side] += [getattr(row, reason.value) for reason in Justification]
    return replace(tallies, votes_reference=votes[:, 0], votes_other=votes[:, 1], reasons=reasons)


def _excluded_votes(study: Study) -> Select[*tuple[Any, ...]]:
    later = aliased(VoteEvent)
    is_last = ~select(later.id).where(later.vote_id == Vote.id, later.id > VoteEvent.id).exists()
    ticked = [func.sum(cast(getattr(Vote, each.value), Integer)).label(each.value) for each in Justification]
    return (
        select(Comparison.matchup_id, Pair.name, Vote.chosen_side, func.count().label("votes"), *ticked)
        .select_from(VoteEvent)
        .join(Vote, Vote.id == VoteEvent.vote_id)
        .join(Comparison, Comparison.id == Vote.comparison_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .where(
            Vote.study_id == study.id,
            VoteEvent.status == VoteStatus.EXCLUDED,
            Comparison.is_gold.is_(False),
            is_last,
        )
        .group_by(Comparison.matchup_id, Pair.name, Vote.chosen_side)
    )


def _lede(rows: list[SideBySide]) -> str:
    votes = sum(row.excluded for row in rows)
    number = "1 vote is" if votes == 1 else f"{votes:,} votes are"
    turned = sum(row.turns for row in rows)
    if not turned:
        verdict = "In no matchup would they change which side is ahead."
    elif turned == 1:
        verdict = "In 1 matchup they would put the other side ahead."
    else:
        verdict = f"In {turned} matchups they would put the other side ahead."
    return f"{number} excluded, each by a person and with a reason. {verdict}"


def _printed(score: Score) -> PrintedScore:
    return PrintedScore(
        share=EMPTY if score.share is None else str(score.share),
        interval=EMPTY if score.low is None else f"[{score.low}, {score.high}]",
        decided=score.pairs_decided,
    )
