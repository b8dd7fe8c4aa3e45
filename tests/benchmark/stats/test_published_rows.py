"""Constructed votes give the paper's eight rows; the test checks definitions and rounding, not the study.

Source of the figures: arXiv:2412.16153, tables 2, 3, A1 and A2.
"""

import pytest

from benchmark.protocol import Side, VoteStatus
from benchmark.stats.preferences import METRICS, PreferenceRow, preferences
from benchmark.stats.tallies import Tallies
from tests.benchmark.made_votes import REASONS, table, vote, votes_of

PAIRS, PANEL = 320, 5
# reference, other, pairs the reference won, then TI2V | image | text | motion | quality as printed.
PUBLISHED = [
    ("motif", "without", 202, "63.1/36.9", "10.3/10.7", "34.9/16.4", "32.9/16.4", "18.2/20.8"),
    ("motif", "inverse", 198, "61.9/38.1", "7.6/9.2", "34.8/12.8", "34.9/15.4", "14.3/17.8"),
    ("x-cat", "cx-attn+x-cat", 186, "58.1/41.9", "15.0/14.6", "31.5/21.7", "34.0/21.6", "18.8/19.3"),
    ("x-cat", "cx-attn", 295, "92.2/7.8", "56.8/5.3", "33.8/3.8", "41.3/4.5", "28.2/5.7"),
    ("motif", "sam", 188, "58.8/41.3", "11.4/12.1", "34.0/21.6", "31.2/22.4", "15.0/20.6"),
    ("motif", "lambda-0.5", 213, "66.6/33.4", "10.0/10.8", "37.3/13.7", "39.8/15.3", "19.4/19.7"),
    ("motif", "lambda-2", 204, "63.8/36.3", "12.4/7.6", "33.0/20.4", "31.7/21.1", "27.5/16.1"),
    ("motif", "lambda-5", 210, "65.6/34.4", "15.2/12.8", "39.7/15.9", "36.8/16.5", "23.1/17.8"),
]
NOT_COUNTED = [status for status in VoteStatus if status is not VoteStatus.VALID]


def published_votes(reference: str, other: str, won: int, *cells: str) -> list[dict[str, object]]:
    """Return 1,600 votes, 4 to 1 on every pair; the number of each reason follows from its printed rate."""
    rows = [
        vote(
            reference=reference,
            other=other,
            pair=f"pair{pair}",
            image=f"image{pair}",
            annotator=f"a{place}",
            chosen=reference if (place < 4) == (pair < won) else other,
        )
        for pair in range(PAIRS)
        for place in range(PANEL)
    ]
    for reason, cell in zip(REASONS, cells, strict=True):
        for side, printed in zip((reference, other), cell.split("/"), strict=True):
            ticks = round(float(printed) / 100 * PAIRS * PANEL)
            for row in [row for row in rows if row["chosen"] == side][:ticks]:
                row[reason] = 1
    return rows


@pytest.fixture(scope="module")
def all_votes() -> list[dict[str, object]]:
    return [
        row
        for reference, other, won, _, *cells in PUBLISHED
        for row in published_votes(reference, other, won, *cells)
    ]


def rows_of(votes: list[dict[str, object]]) -> list[PreferenceRow]:
    checked = votes_of(table(votes))
    return preferences(Tallies.from_votes(checked), checked.matchups)


def cells_of(row: PreferenceRow) -> list[str]:
    return [f"{getattr(row, f'{metric}_reference')}/{getattr(row, f'{metric}_other')}" for metric in METRICS]


def test_all_eighty_cells_are_printed(all_votes: list[dict[str, object]]) -> None:
    printed = [cells_of(row) for row in rows_of(all_votes) if not row.is_average]
    by_name = sorted(PUBLISHED, key=lambda row: f"{row[0]}:{row[1]}")
    assert printed == [list(row[3:]) for row in by_name]


@pytest.mark.parametrize("status", NOT_COUNTED)
def test_votes_that_do_not_count_change_nothing(
    all_votes: list[dict[str, object]], status: VoteStatus
) -> None:
    uncounted = [
        vote(
            reference="motif",
            other="sam",
            pair=f"pair{pair}",
            image=f"image{pair}",
            annotator="a0",
            chosen="sam",
        )
        | {"status": status.value}
        | dict.fromkeys(REASONS, 1)
        for pair in range(PAIRS)
    ]
    assert rows_of([*uncounted, *all_votes]) == rows_of(all_votes)


def test_exchanging_the_sides_mirrors_every_number(all_votes: list[dict[str, object]]) -> None:
    mirrored = [row | {"reference": row["other"], "other": row["reference"]} for row in all_votes]
    for row, mirror in zip(rows_of(all_votes), rows_of(mirrored), strict=False):
        if row.is_average:
            break
        for metric in METRICS:
            assert row.share(metric, Side.REFERENCE) == mirror.share(metric, Side.OTHER)
            assert row.share(metric, Side.OTHER) == mirror.share(metric, Side.REFERENCE)
        assert (row.p_value, row.p_holm) == (mirror.p_value, mirror.p_holm)
        # 100 - bound, but for a half that rounds up on both sides.
        assert row.ci_low == pytest.approx(100 - mirror.ci_high, abs=0.1001)


def test_each_reference_has_its_average(all_votes: list[dict[str, object]]) -> None:
    averages = {row.reference: row for row in rows_of(all_votes) if row.is_average}
    # (202 + 198 + 188 + 213 + 204 + 210) / 6 / 320 = 1215 / 1920; (186 + 295) / 2 / 320 = 481 / 640
    assert averages["motif"].ti2v_score_reference == 63.3
    assert averages["x-cat"].ti2v_score_reference == 75.2
