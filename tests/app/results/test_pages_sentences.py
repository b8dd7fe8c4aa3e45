"""The headline of the results page states only statistically significant results."""

import pytest

from app.panels.side_names import Naming
from app.results.views.headlines import Outcome, headline, interim_headline, summary
from benchmark.protocol import StudyStatus
from benchmark.stats.preferences import preferences
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies_from_columns

NAMES = {"motif": "MotiF", "cinemo": "Cinemo", "seine": "SEINE", "static": "Static"}


def outcome_of(*matchups: tuple[str, str, int, int, int]) -> Outcome:
    """Return the outcome of matchups, each given as (reference, other, pairs won, pairs lost, pairs tied)."""
    index: list[int] = []
    votes: list[tuple[int, int]] = []
    for number, (_, _, won, lost, even) in enumerate(matchups):
        index += [number] * (won + lost + even)
        votes += [(1, 0)] * won + [(0, 1)] * lost + [(1, 1)] * even
    tallies = tallies_from_columns(
        matchup=index,
        pair=[f"pair{number}" for number in range(len(index))],
        votes_reference=[vote[0] for vote in votes],
        votes_other=[vote[1] for vote in votes],
        reasons=[[0, 0, won, lost, 0, 0, 0, 0] for won, lost in votes],
    )
    sides = [Matchup(f"{reference}:{other}", reference, other) for reference, other, *_ in matchups]
    return Outcome.of([row for row in preferences(tallies, sides) if not row.is_average])


def said(*matchups: tuple[str, str, int, int, int]) -> str:
    outcome = outcome_of(*matchups)
    return headline(outcome, naming_of(outcome))


def naming_of(outcome: Outcome) -> Naming:
    references = {row.reference for row in outcome.rows}
    return Naming(NAMES, references.pop() if len(references) == 1 else None)


@pytest.mark.parametrize(
    ("matchups", "sentence"),
    [
        ([("motif", "cinemo", 20, 2, 0)], "People preferred MotiF to Cinemo."),
        ([("motif", "cinemo", 2, 20, 0)], "People preferred Cinemo to MotiF."),
        ([("motif", "cinemo", 11, 11, 0)], "No difference was shown between MotiF and Cinemo."),
        (
            [("motif", "cinemo", 20, 2, 0), ("motif", "seine", 20, 2, 0)],
            "People preferred MotiF to all 2 others.",
        ),
        (
            [("motif", "cinemo", 20, 2, 0), ("motif", "seine", 10, 10, 0)],
            "People preferred MotiF to 1 of 2 others.",
        ),
        (
            [("motif", "cinemo", 20, 2, 0), ("motif", "seine", 2, 20, 0)],
            "People preferred MotiF to 1 of 2 others, and preferred 1 to MotiF.",
        ),
        (
            [("motif", "cinemo", 20, 2, 0), ("cinemo", "static", 10, 10, 0)],
            "People showed a preference in 1 of 2 matchups.",
        ),
        ([("motif", "cinemo", 0, 0, 5)], "No difference was shown between MotiF and Cinemo."),
    ],
)
def test_the_headline(matchups: list[tuple[str, str, int, int, int]], sentence: str) -> None:
    assert said(*matchups) == sentence


def test_a_study_without_votes_shows_nothing() -> None:
    outcome = outcome_of(("motif", "cinemo", 0, 0, 0))

    assert headline(outcome, naming_of(outcome)) == "This study closed without votes."
    assert summary(outcome, naming_of(outcome)) == ()


def test_no_difference_is_never_called_equality() -> None:
    outcome = outcome_of(("motif", "cinemo", 11, 11, 3))

    (text,) = summary(outcome, naming_of(outcome))

    assert "this does not prove equality" in text
    assert "3 pairs have equal votes" in text
    assert "reasons" not in text


def test_the_test_and_its_level_are_named() -> None:
    outcome = outcome_of(("motif", "cinemo", 20, 2, 0), ("motif", "seine", 30, 0, 0))

    (text,) = summary(outcome, naming_of(outcome))

    # 22 pairs, 2 lost: p = 2 * (1 + 22 + 231) / 2^22 = 0.00012, so both are below 0.001.
    assert (
        "Every difference is significant (exact sign test, Holm-corrected for 2 matchups, p < 0.001)." in text
    )
    assert "in 90.9 to 100.0 % of the decided pairs per matchup" in text


@pytest.mark.parametrize(
    ("status", "votes", "sentence"),
    [
        (StudyStatus.DRAFT, 0, "This study is not open yet."),
        (StudyStatus.OPEN, 0, "No votes yet; 1,600 are needed."),
        (StudyStatus.PAUSED, 7, "So far 7 of 1,600 votes are in."),
    ],
)
def test_an_unfinished_study_only_says_how_far_it_is(status: StudyStatus, votes: int, sentence: str) -> None:
    assert interim_headline(status, votes=votes, wanted=1600) == sentence
