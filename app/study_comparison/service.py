"""Finds the matchups and models that two studies share, and compares the studies' results on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.errors import Invalid
from app.results.service import StudyResults, find_results
from app.security.identity import Principal
from app.tables.studies import Matchup
from app.tables.submissions import Submission
from benchmark.stats.leaderboard import LeaderboardRow, leaderboard
from benchmark.stats.metric_agreement import rank_correlations
from benchmark.stats.study_comparison import SharedMatchup, StudyComparison, compare_studies

_REFERENCE, _OTHER = aliased(Submission), aliased(Submission)


@dataclass(frozen=True)
class SharedModel:
    """A model in the leaderboards of both studies."""

    model: str
    first: LeaderboardRow
    second: LeaderboardRow


@dataclass(frozen=True)
class ComparedStudies:
    """Two studies, and the matchups and models that both studies have.

    `spearman` and `kendall` correlate the strengths of the shared models; None for fewer than three models.
    """

    first: StudyResults
    second: StudyResults
    matchups: tuple[StudyComparison, ...]
    models: tuple[SharedModel, ...]
    spearman: float | None
    kendall: float | None

    @property
    def is_interim(self) -> bool:
        return self.first.is_interim or self.second.is_interim


@dataclass(frozen=True)
class _Sides:
    """The two sides of a matchup, identified in two ways: by submission and seed, and by model."""

    shown: tuple[tuple[int, int], tuple[int, int]]
    models: tuple[int, int]


def find_comparison(
    session: Session, *, first: str, second: str, principals: tuple[Principal, Principal]
) -> ComparedStudies:
    """Compare two studies.

    Args:
        principals: for each study, the account of the reader. If a person reads a study by its link, the
            person reads as a visitor.

    Raises:
        Invalid: both slugs are the same.
        NotFound: one of the studies does not exist, or its results are not visible to this reader.
    """
    if first == second:
        raise Invalid("Choose two different studies.")
    return compare(
        session,
        find_results(session, slug=first, principal=principals[0]),
        find_results(session, slug=second, principal=principals[1]),
    )


def compare(session: Session, first: StudyResults, second: StudyResults) -> ComparedStudies:
    """Compare the current results of two studies."""
    shared = shared_matchups(session, first, second)
    is_interim = first.is_interim or second.is_interim
    rows = compare_studies(first.counted.tallies, second.counted.tallies, shared, interim=is_interim)
    models = _shared_models(first, second)
    strengths = [(each.first.strength or 0.0, each.second.strength or 0.0) for each in models]
    spearman, kendall = rank_correlations(*zip(*strengths, strict=True)) if strengths else (None, None)
    return ComparedStudies(first, second, tuple(rows), tuple(models), spearman, kendall)


def shared_matchups(session: Session, first: StudyResults, second: StudyResults) -> list[SharedMatchup]:
    """Return the shared matchups: matchups of the same clips or, if there are none, of the same two models.

    Matchups are matched by their models only if no other matchup in either study compares the same two
    models.
    """
    sides_1, sides_2 = _sides(session, first), _sides(session, second)
    by_clips = {frozenset(each.shown): index for index, each in enumerate(sides_2)}
    by_models = _unique([each.models for each in sides_2])
    unique = _unique([each.models for each in sides_1])
    found = []
    for index, (own, sides) in enumerate(zip(first.counted.sides, sides_1, strict=True)):
        same = by_clips.get(frozenset(sides.shown))
        other = same
        if other is None and unique.get(frozenset(sides.models)) == index:
            other = by_models.get(frozenset(sides.models))
        if other is None:
            continue
        key = "shown" if same is not None else "models"
        is_swapped = getattr(sides, key) != getattr(sides_2[other], key)
        found.append(
            SharedMatchup(own.reference, own.other, index, other, is_swapped, same_clips=same is not None)
        )
    return found


def _unique(models: Sequence[tuple[int, int]]) -> dict[frozenset[int], int]:
    """Return the indices of some matchups, keyed by their two models.

    Omit a matchup if its two models are the same, or if another matchup compares the same two models.
    """
    sets = [frozenset(each) for each in models]
    return {each: index for index, each in enumerate(sets) if len(each) == 2 and sets.count(each) == 1}


def _sides(session: Session, results: StudyResults) -> list[_Sides]:
    """Return the sides of the study's matchups, in the order of `results.counted.matchups`."""
    rows = session.execute(
        select(Matchup, _REFERENCE.model_id.label("reference"), _OTHER.model_id.label("other"))
        .join(_REFERENCE, _REFERENCE.id == Matchup.reference_id)
        .join(_OTHER, _OTHER.id == Matchup.other_id)
        .where(Matchup.study_id == results.study.id)
    )
    sides = {
        row.Matchup.id: _Sides(
            (
                (row.Matchup.reference_id, row.Matchup.reference_seed),
                (row.Matchup.other_id, row.Matchup.other_seed),
            ),
            (row.reference, row.other),
        )
        for row in rows
    }
    return [sides[each.id] for each in results.counted.sides]


def _shared_models(first: StudyResults, second: StudyResults) -> list[SharedModel]:
    theirs = {row.model: row for row in _leaderboard(second)}
    return [
        SharedModel(row.model, row, theirs[row.model])
        for row in _leaderboard(first)
        if row.model in theirs and row.strength is not None and theirs[row.model].strength is not None
    ]


def _leaderboard(results: StudyResults) -> list[LeaderboardRow]:
    return leaderboard(results.counted.tallies, results.counted.matchups)
