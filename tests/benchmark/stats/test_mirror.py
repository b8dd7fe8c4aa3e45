"""For all votes, exchanging the two sides mirrors every number."""

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.stats.agreement_table import agreements
from benchmark.stats.breakdowns import BreakdownRow, breakdowns
from benchmark.stats.justifications import justifications
from benchmark.stats.leaderboard import leaderboard
from benchmark.stats.preferences import METRICS, preferences
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import tallies_from_columns

STRAIGHT, MIRRORED = Matchup("m", "motif", "cinemo"), Matchup("m", "cinemo", "motif")


@st.composite
def studies(draw: st.DrawFn) -> Tallies:
    """Draw a study of up to thirty comparisons with up to seven votes each."""
    votes = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=30))
    ticks = [
        [[draw(st.integers(0, reference)), draw(st.integers(0, other))] for _ in range(4)]
        for reference, other in votes
    ]
    return tallies_from_columns(
        matchup=[0] * len(votes),
        pair=[f"p{index}" for index in range(len(votes))],
        votes_reference=[reference for reference, _ in votes],
        votes_other=[other for _, other in votes],
        reasons=np.array(ticks).reshape(-1, 8),
    )


def mirrored(tallies: Tallies) -> Tallies:
    return tallies_from_columns(
        matchup=tallies.matchup.tolist(),
        pair=[tallies.pairs[code] for code in tallies.pair],
        votes_reference=tallies.votes_other.tolist(),
        votes_other=tallies.votes_reference.tolist(),
        reasons=tallies.reasons[:, :, ::-1],
    )


@settings(max_examples=60, deadline=None)
@given(studies())
def test_every_table_is_mirrored(tallies: Tallies) -> None:
    other = mirrored(tallies)

    (row,), (mirror,) = preferences(tallies, [STRAIGHT]), preferences(other, [MIRRORED])
    for metric in METRICS:
        assert getattr(row, f"{metric}_reference") == getattr(mirror, f"{metric}_other")
        assert getattr(row, f"{metric}_other_n") == getattr(mirror, f"{metric}_reference_n")
    assert (row.p_value, row.pairs_undecided) == (mirror.p_value, mirror.pairs_undecided)

    for reason, mirror_reason in zip(
        justifications(tallies, [STRAIGHT]), justifications(other, [MIRRORED]), strict=True
    ):
        assert (reason.rate_reference, reason.side_rate_other) == (
            mirror_reason.rate_other,
            mirror_reason.side_rate_reference,
        )
        assert reason.p_holm == mirror_reason.p_holm

    for part, mirror_part in zip(breakdowns(tallies, [STRAIGHT]), breakdowns(other, [MIRRORED]), strict=True):
        for column in (field.name for field in fields(BreakdownRow) if field.name.endswith("_reference")):
            assert getattr(part, column) == getattr(mirror_part, column.replace("_reference", "_other"))

    assert agreements(tallies, [STRAIGHT]) == agreements(other, [MIRRORED])
    strengths = {row.model: row.strength for row in leaderboard(tallies, [STRAIGHT])}
    assert strengths == {row.model: row.strength for row in leaderboard(other, [MIRRORED])}
