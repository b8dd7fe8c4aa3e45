"""Votes of a study run elsewhere count like ours once their columns are mapped."""

from pathlib import Path

import pandas as pd
import pytest

from benchmark.protocol import VoteStatus
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from benchmark.votes.columns import VoteTableError
from benchmark.votes.imported import ColumnMapping, convert_votes, parse_mapping, read_external_table
from benchmark.votes.validate import check_votes

COLUMNS = {"pair": "item", "left": "model_a", "right": "model_b", "chosen": "winner", "annotator": "rater"}


def theirs(*answers: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"item": f"item{index}", "model_a": "static", "model_b": "motif", "winner": answer, "rater": "r1"}
            for index, answer in enumerate(answers)
        ]
    )


def test_their_answers_become_votes_for_models() -> None:
    table = convert_votes(
        theirs("model_b", "B", "model_a", "motif"), ColumnMapping(COLUMNS), study="elsewhere"
    )
    votes = check_votes(table)
    assert votes.counted is VoteStatus.IMPORTED
    (row,) = preferences(Tallies.from_votes(votes), votes.matchups)
    assert (row.study, row.matchup, row.ti2v_score_reference) == ("elsewhere", "motif:static", 75.0)


def test_the_reference_may_be_named() -> None:
    table = convert_votes(theirs("A"), ColumnMapping(COLUMNS, reference="static"), study="s")
    assert table["matchup"].tolist() == ["static:motif"]
    assert table["chosen"].tolist() == ["static"]


def test_a_tie_is_refused_by_its_row_and_never_guessed() -> None:
    table = convert_votes(theirs("A", "tie"), ColumnMapping(COLUMNS), study="s")
    with pytest.raises(VoteTableError, match='row 2: the chosen model "tie" is neither "motif" nor "static"'):
        check_votes(table)


def test_their_reasons_are_kept_where_they_asked_for_them() -> None:
    frame = theirs("A", "B").assign(motion=["1", "0"])
    table = convert_votes(frame, ColumnMapping(COLUMNS | {"object_motion": "motion"}), study="s")
    assert check_votes(table).reasons.tolist() == [[False, False, True, False], [False] * 4]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"pair": "item"}, "No --map for left, right, chosen"),
        (COLUMNS | {"pair": "clip"}, "has no column clip. Its columns are: item, model_a"),
        (COLUMNS | {"status": "rater"}, "--map cannot set status"),
    ],
)
def test_a_wrong_mapping_is_refused(columns: dict[str, str], sentence: str) -> None:
    with pytest.raises(VoteTableError, match=sentence):
        convert_votes(theirs("A"), ColumnMapping(columns), study="s")


def test_a_mapping_reads_ours_equals_theirs() -> None:
    assert parse_mapping(("pair=item", "left=model a")) == {"pair": "item", "left": "model a"}
    with pytest.raises(VoteTableError, match="COLUMN=SOURCE"):
        parse_mapping(("pair",))
    with pytest.raises(VoteTableError, match="the votes table has no column clip"):
        parse_mapping(("clip=item",))
    with pytest.raises(VoteTableError, match="maps pair twice, to item and to clip"):
        parse_mapping(("pair=item", "pair=clip"))


def test_a_csv_is_read_as_texts_or_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text("item,winner\n007,A\n")
    assert read_external_table(tmp_path / "theirs.csv").iloc[0].tolist() == ["007", "A"]
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(VoteTableError, match="cannot be read"):
        read_external_table(tmp_path / "empty.csv")
    (tmp_path / "latin.csv").write_bytes("rater\nZoë\n".encode("latin-1"))
    with pytest.raises(VoteTableError, match="is not UTF-8 text"):
        read_external_table(tmp_path / "latin.csv")
