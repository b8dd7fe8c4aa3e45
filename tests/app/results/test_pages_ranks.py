"""The leaderboard section: shown for several references, and without conclusions for open studies."""

from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.views.leaderboard import ranks
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies_from_columns

NAMES = {"motif": "MotiF", "cinemo": "Cinemo", "seine": "SEINE"}
ROUND_ROBIN = (("motif", "cinemo"), ("motif", "seine"), ("cinemo", "seine"))


def counted(votes_for_reference: int, *, pairs: int = 40) -> CountedStudy:
    """Return all matchups of three models; a pair has five votes, `votes_for_reference` for the reference."""
    count = len(ROUND_ROBIN) * pairs
    # Two pairs of each matchup have the opposite result; without them, no strength would be finite.
    won = [
        5 - votes_for_reference if pair < 2 else votes_for_reference
        for _ in ROUND_ROBIN
        for pair in range(pairs)
    ]
    tallies = tallies_from_columns(
        matchup=[index for index in range(len(ROUND_ROBIN)) for _ in range(pairs)],
        pair=[f"pair{pair}" for _ in ROUND_ROBIN for pair in range(pairs)],
        votes_reference=won,
        votes_other=[5 - each for each in won],
        reasons=[[0] * 8] * count,
    )
    return CountedStudy(tuple(Matchup(f"{a}:{b}", a, b) for a, b in ROUND_ROBIN), (), tallies)


def test_models_are_ordered_by_strength_with_their_possible_ranks() -> None:
    part = ranks(counted(4), Naming(NAMES, None), is_interim=False)

    assert part is not None
    assert [(row.rank, row.possible, row.name) for row in part.rows] == [
        ("1", "1", "MotiF"),
        ("2", "2", "Cinemo"),
        ("3", "3", "SEINE"),
    ]
    assert "The best model is MotiF: it is significantly better than all others" in part.sentence


def test_an_open_study_draws_no_conclusion() -> None:
    part = ranks(counted(4), Naming(NAMES, None), is_interim=True)

    assert part is not None
    assert part.sentence == ""


def test_with_one_reference_or_no_vote_there_is_no_leaderboard() -> None:
    assert ranks(counted(4), Naming(NAMES, "motif"), is_interim=False) is None
    nobody_voted = tallies_from_columns(
        matchup=[0], pair=["pair0"], votes_reference=[0], votes_other=[0], reasons=[[0] * 8]
    )
    empty = CountedStudy(counted(4).matchups, (), nobody_voted)
    assert ranks(empty, Naming(NAMES, None), is_interim=False) is None
