"""What is known of a study's annotators: the library's figures of each, and what their votes count as."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from app.annotators.vote_columns import Ballots, clip_ms, read_ballots
from app.tables.studies import Study
from benchmark.protocol import VoteStatus
from benchmark.stats.annotator_sensitivity import sensitivity_of_annotators
from benchmark.stats.dawid_skene import dawid_skene
from benchmark.stats.quality import AnnotatorRow, annotator_quality
from benchmark.stats.sensitivity import SensitivityRow
from benchmark.stats.votes import Votes

COUNTING = (VoteStatus.VALID, VoteStatus.IMPORTED)


@dataclass(frozen=True)
class AnnotatorReport:
    """One annotator: figures, what their votes count as, and whether somebody took them out.

    Attributes:
        quality: of the votes that count; of an excluded annotator, of those that did.
        valid: votes that count: valid ones, or imported ones in a study run elsewhere.
        excluded: votes that a person took out.
        other: votes that count for nothing: taken back, withdrawn, surplus.
        clip_ms: how long a clip of the study plays on average.
    """

    name: str
    quality: AnnotatorRow
    valid: int
    excluded: int
    other: int
    clip_ms: int | None
    excluded_at: datetime | None
    excluded_reason: str | None
    left_at: datetime | None


@dataclass(frozen=True)
class StudyPeople:
    """A study's annotators in the order they came, and a line per matchup that has a vote."""

    annotators: tuple[AnnotatorReport, ...]
    matchups: tuple["PeopleLine", ...]


@dataclass(frozen=True)
class PeopleLine:
    """How far the score of one matchup depends on single people.

    `dawid_skene` is the reference's score in percent with annotators weighed by how often they are right;
    None where nothing is decided or the estimate does not settle.
    """

    row: SensitivityRow
    dawid_skene: float | None


def study_people(session: Session, study: Study) -> StudyPeople:
    """Return all that is known of a study's people; drawing them again counts every vote 500 times.

    72,000 votes of 60 people in 45 matchups take 0.6 s on a core, half of it for the lines.
    """
    ballots = read_ballots(session, study)
    return StudyPeople(_reports(session, study, ballots), _people_lines(ballots, seed=study.seed))


def annotator_reports(session: Session, study: Study) -> tuple[AnnotatorReport, ...]:
    """Return a report on everybody who opened an invitation, in that order."""
    return _reports(session, study, read_ballots(session, study))


def _reports(session: Session, study: Study, ballots: Ballots) -> tuple[AnnotatorReport, ...]:
    clip = clip_ms(session, study)
    counting = _figures(ballots.of_status(*COUNTING), ballots, clip)
    # Judged beside the others' votes and each other's, so that a person excluded by mistake shows as such.
    with_excluded = _figures(ballots.of_status(*COUNTING, VoteStatus.EXCLUDED), ballots, clip)
    valid, excluded = ballots.count(*COUNTING), ballots.count(VoteStatus.EXCLUDED)
    cast = np.bincount(ballots.votes.annotator, minlength=len(ballots.annotators)).tolist()
    return tuple(
        AnnotatorReport(
            name=annotator.pseudonym,
            quality=(with_excluded if annotator.excluded_at else counting)[index],
            valid=valid[index],
            excluded=excluded[index],
            other=cast[index] - valid[index] - excluded[index],
            clip_ms=clip,
            excluded_at=annotator.excluded_at,
            excluded_reason=annotator.excluded_reason,
            left_at=annotator.withdrawn_at,
        )
        for index, annotator in enumerate(ballots.annotators)
    )


def _people_lines(ballots: Ballots, *, seed: int) -> tuple[PeopleLine, ...]:
    votes = _of_those_who_voted(ballots.of_status(*COUNTING))
    if not len(votes):
        return ()
    rows = sensitivity_of_annotators(votes, rng=np.random.default_rng(seed))
    return tuple(PeopleLine(row, score) for row, score in zip(rows, _weighed(votes), strict=True))


def _of_those_who_voted(votes: Votes) -> Votes:
    """Return the votes without the names of matchups and people that none of them is of."""
    matchups, annotators = np.unique(votes.matchup), np.unique(votes.annotator)
    return replace(
        votes,
        matchups=tuple(votes.matchups[index] for index in matchups.tolist()),
        matchup=np.searchsorted(matchups, votes.matchup).astype(np.int64),
        annotators=tuple(votes.annotators[index] for index in annotators.tolist()),
        annotator=np.searchsorted(annotators, votes.annotator).astype(np.int64),
    )


def _figures(votes: Votes, ballots: Ballots, clip: int | None) -> list[AnnotatorRow]:
    return annotator_quality(votes, clip_ms=clip, gold=ballots.gold)


def _weighed(votes: Votes) -> tuple[float | None, ...]:
    try:
        return dawid_skene(votes).scores
    except ArithmeticError:
        return (None,) * len(votes.matchups)
