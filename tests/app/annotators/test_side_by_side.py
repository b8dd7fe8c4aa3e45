"""The results page with and without excluded votes."""

from sqlalchemy import select

from app.tables.studies import Comparison, Matchup
from benchmark.protocol import Side
from tests.app.annotators.people import FIRST, People
from tests.app.results.page_voters import signed_in
from tests.cast import Cast
from tests.page_text import text_of

RESULTS = "/studies/motif-study/results"
HEADING = "With and without excluded votes"


def people_of(cast: Cast) -> People:
    return People(cast, cast.open_study(votes_per_comparison=1))


def test_without_an_exclusion_nothing_is_compared(cast: Cast) -> None:
    people_of(cast).comes(votes=3)

    assert HEADING not in signed_in(cast.context, cast.alice).get(RESULTS).text


def test_scores_are_side_by_side_for_each_matchup(cast: Cast) -> None:
    people = people_of(cast)
    people.comes(votes=12, opinion=lambda _assignment: Side.OTHER)
    people.exclude(FIRST)
    people.comes(votes=6)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text).split(HEADING)[1]

    # Twelve votes for the other side are excluded; six new votes, on six of the twelve pairs, are for motif.
    assert "12 votes are excluded, each by a person with a reason." in words
    assert words.count("100.0") >= 2
    assert "0.0" in words


def test_a_matchup_without_excluded_votes_is_not_listed(cast: Cast) -> None:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=1))
    people.comes(votes=2)
    people.exclude(FIRST)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text).split(HEADING)[1]

    # Wilson's interval for 2 of 2: the result of the excluded votes alone.
    assert "cinemo – – 0 100.0 [34.2, 100.0] 2 2" in words


def test_matchups_are_in_the_order_of_table_1(cast: Cast) -> None:
    people = people_of(cast)
    people.comes(votes=12)
    people.exclude(FIRST)
    with cast.context.database.read() as session:
        of_cinemo = min(session.scalars(select(Matchup.id)))
        lost = set(session.scalars(select(Comparison.id).where(Comparison.matchup_id == of_cinemo)))
    people.comes(votes=12, opinion=lambda each: Side.OTHER if each.comparison_id in lost else Side.REFERENCE)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text).split(HEADING)[1]

    assert words.index("dynamicrafter 100.0") < words.index("cinemo 0.0")
