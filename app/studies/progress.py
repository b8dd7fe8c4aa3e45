"""Counts the votes of a study and of each matchup."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.panels.wanted_votes import counted_votes, wanted_votes
from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study
from benchmark.protocol import AnnotatorKind


@dataclass(frozen=True)
class MatchupProgress:
    """The vote counts of one matchup. `votes_wanted` is the number of votes at which all panels are full."""

    matchup: Matchup
    comparisons: int
    complete: int
    votes: int
    votes_wanted: int


@dataclass(frozen=True)
class StudyProgress:
    matchups: tuple[MatchupProgress, ...]
    annotators: int

    @property
    def votes(self) -> int:
        return sum(each.votes for each in self.matchups)

    @property
    def votes_wanted(self) -> int:
        return sum(each.votes_wanted for each in self.matchups)


def study_progress(session: Session, study: Study) -> StudyProgress:
    return progress_of_studies(session, [study])[study.id]


def progress_of_studies(session: Session, studies: Sequence[Study]) -> dict[int, StudyProgress]:
    """Return the progress of each study, keyed by the study's id. The number of queries is constant."""
    ids = [study.id for study in studies]
    counted = {
        row.matchup_id: row
        for row in session.execute(
            select(
                Comparison.matchup_id,
                func.count().label("comparisons"),
                func.sum(counted_votes()).label("votes"),
                func.sum(wanted_votes()).label("wanted"),
                func.sum(case((counted_votes() >= Study.votes_per_comparison, 1), else_=0)).label("complete"),
            )
            .join(Matchup, Matchup.id == Comparison.matchup_id)
            .join(Study, Study.id == Comparison.study_id)
            .where(Comparison.study_id.in_(ids), Comparison.is_gold.is_(False))
            .group_by(Comparison.matchup_id)
        )
    }
    matchups: defaultdict[int, list[Matchup]] = defaultdict(list)
    for matchup in session.scalars(
        select(Matchup)
        .where(Matchup.study_id.in_(ids), Matchup.is_gold.is_(False))
        .order_by(Matchup.position)
    ):
        matchups[matchup.study_id].append(matchup)
    annotators = _annotators(session, ids)
    return {
        study.id: StudyProgress(
            tuple(_matchup_progress(each, counted.get(each.id)) for each in matchups[study.id]),
            annotators.get((study.id, study.kind.counted_annotators), 0),
        )
        for study in studies
    }


def _annotators(session: Session, ids: Sequence[int]) -> dict[tuple[int, AnnotatorKind], int]:
    """Return the number of annotators of each kind in each study."""
    rows = session.execute(
        select(Annotator.study_id, Annotator.kind, func.count())
        .where(Annotator.study_id.in_(ids))
        .group_by(Annotator.study_id, Annotator.kind)
    )
    return {(study_id, kind): number for study_id, kind, number in rows}


def _matchup_progress(matchup: Matchup, row: object) -> MatchupProgress:
    return MatchupProgress(
        matchup=matchup,
        comparisons=getattr(row, "comparisons", 0),
        complete=getattr(row, "complete", 0),
        votes=getattr(row, "votes", 0),
        votes_wanted=getattr(row, "wanted", 0),
    )
