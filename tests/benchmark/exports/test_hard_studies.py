"""For small and one-sided studies, every table exists in every format and has no NaN."""

import io

import pytest

from benchmark.exports.notes import TableNote
from benchmark.exports.table_rows import result_rows
from benchmark.exports.writer import write_table
from benchmark.protocol import TableFormat, TableName
from benchmark.scoring import COMPUTED
from benchmark.stats.tallies import Tallies
from tests.benchmark.made_votes import panel, table, vote, votes_of


def study_of(panels: list[tuple[int, int]]) -> list[dict[str, object]]:
    """Return the votes of a study; each panel (votes for the reference, for the other side) is one pair."""
    return [
        row
        for index, (reference, other) in enumerate(panels)
        for row in panel(for_reference=reference, for_other=other, pair=f"p{index}")
    ]


HARD = {
    "one vote": [vote()],
    "one pair": study_of([(3, 2)]),
    "one annotator": study_of([(1, 0), (0, 1)] * 6),
    "all on one side": study_of([(1, 0)] * 320),
    "all on the other": study_of([(0, 5)] * 20),
    "all undecided": study_of([(2, 2)] * 12),
    "nothing that counts": [vote(status="gold")],
    "uneven panels": study_of([(index % 4, index % 3 + 1) for index in range(12)]),
}


@pytest.mark.parametrize("study", HARD)
@pytest.mark.parametrize("name", COMPUTED)
def test_every_table_is_whole(study: str, name: TableName) -> None:
    votes = votes_of(table(HARD[study]))
    tallies = Tallies.from_votes(votes)
    note = TableNote.of(tallies, left_out=votes.left_out)
    for file_format in TableFormat:
        stream = io.BytesIO()
        write_table(name, result_rows(name, tallies, votes.matchups), file_format, stream, note=note)
        if file_format is not TableFormat.PARQUET:
            assert b"nan" not in stream.getvalue().lower()
        # Without rows a JSONL file is empty; every other kind has its header.
        assert stream.getvalue() or file_format is TableFormat.JSONL
