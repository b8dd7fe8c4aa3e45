"""Votes files in CSV, JSONL and Parquet give the same votes; a damaged file is refused with a message."""

from pathlib import Path

import pytest

from benchmark.tables import TableError
from benchmark.votes.read import load_votes, read_votes
from tests.benchmark.made_votes import panel, table, vote


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_kind_of_file_gives_the_same_votes(tmp_path: Path) -> None:
    frame = table([*panel(for_reference=3, for_other=2), vote(status="gold", annotator="eve")])
    frame.to_csv(tmp_path / "votes.csv", index=False)
    frame.to_json(tmp_path / "votes.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "votes.parquet")

    loaded = [load_votes(tmp_path / f"votes.{suffix}")[0] for suffix in ("csv", "jsonl", "parquet")]

    for votes in loaded:
        assert votes.chose_reference.tolist() == [True, True, True, False, False]
        assert votes.matchups == loaded[0].matchups
        assert votes.annotators == ("a0", "a1", "a2", "a3", "a4")
        assert votes.decision_ms.tolist() == [4000] * 5
        assert len(votes.left_out) == 1


def test_apostrophes_of_safe_cells_are_removed(tmp_path: Path) -> None:
    frame = table([vote(reference="'=motif", other="'@cinemo", matchup="m")])
    frame.to_csv(tmp_path / "votes.csv", index=False)
    (matchup,) = load_votes(tmp_path / "votes.csv")[0].matchups
    assert (matchup.reference, matchup.other) == ("=motif", "@cinemo")


def test_a_byte_order_mark_and_further_columns_do_no_harm(tmp_path: Path) -> None:
    frame = table([vote()])
    frame["remark"] = "a, b\nc"
    path = tmp_path / "votes.csv"
    frame.to_csv(path, index=False, encoding="utf-8-sig")
    assert len(load_votes(path)[0]) == 1


def test_a_number_for_a_name_stays_a_text(tmp_path: Path) -> None:
    table([vote(pair="007", annotator="12")]).to_csv(tmp_path / "votes.csv", index=False)
    votes, _ = load_votes(tmp_path / "votes.csv")
    assert (votes.pairs, votes.annotators) == (("007",), ("12",))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("votes.csv", "", "is empty"),
        (
            "votes.csv",
            "matchup,pair\na,b\nc\n",
            "line 3: The row has 1 cell, but the header has 2",
        ),
        ("votes.csv", "matchup,pair,matchup\n", "line 1, column matchup: Two columns have this name"),
        ("votes.csv", b"matchup,pair\n\xff\xfe,b\n", "UTF-?8"),
        ("votes.csv", "matchup,pair\n", "has no columns chosen"),
        (
            "votes.csv",
            "matchup;pair\na;b\n",
            "has no columns chosen, .* Its columns are: matchup, pair$",
        ),
        ("votes.csv", "<html>\n", "has no columns matchup, .* Its columns are: <html>"),
        ("votes.jsonl", "", "The file is empty"),
        (
            "votes.jsonl",
            '{"matchup": "a"}\n{"matchup": 3}\n',
            "line 2, column matchup: The cell is a number",
        ),
        ("votes.parquet", "no parquet at all", "cannot be read as Parquet"),
        ("votes.xlsx", "", r"must end in .csv, .tsv, .jsonl, .parquet"),
    ],
)
def test_a_file_that_is_no_votes_table_is_refused(
    tmp_path: Path, name: str, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        load_votes(written(tmp_path, name, content))


def test_a_wrong_row_of_a_csv_is_named_with_its_line(tmp_path: Path) -> None:
    table([vote(), vote(annotator="bob", status="deleted")]).to_csv(tmp_path / "votes.csv", index=False)
    with pytest.raises(TableError, match=r"votes.csv, line 3, column status"):
        load_votes(tmp_path / "votes.csv")


def test_a_wrong_row_far_down_a_jsonl_file_is_named_as_people_count(tmp_path: Path) -> None:
    sound = '{"matchup": "a", "note": "' + "x" * 1000 + '"}\n'
    (tmp_path / "votes.jsonl").write_text(sound * 2000 + '{"matchup": 3}\n')

    with pytest.raises(TableError, match=r"votes.jsonl, line 2001, column matchup"):
        load_votes(tmp_path / "votes.jsonl")


@pytest.mark.parametrize("column", ["pair", "annotator", "chosen", "matchup", "status"])
def test_white_space_around_a_name_makes_no_other_name(tmp_path: Path, column: str) -> None:
    rows = panel(for_reference=3, for_other=2)
    frame = table([*rows[:-1], rows[-1] | {column: f" {rows[-1][column]}\u00a0"}])
    frame.to_csv(tmp_path / "votes.csv", index=False)

    votes, _ = load_votes(tmp_path / "votes.csv")

    assert (votes.pairs, len(votes), len(votes.annotators)) == (("golf1_putt",), 5, 5)
    assert votes.chose_reference.sum() == 3


def test_a_thousands_separator_in_a_time_is_refused(tmp_path: Path) -> None:
    frame = table([vote()]).assign(decision_ms="4.200")
    frame.to_csv(tmp_path / "votes.csv", index=False)

    with pytest.raises(
        TableError, match=r'votes.csv, line 2, column decision_ms: "4.200" is not a whole number'
    ):
        load_votes(tmp_path / "votes.csv")


def test_only_known_columns_are_read(tmp_path: Path) -> None:
    frame = table([vote()])
    frame["secret"] = "x"
    frame.to_csv(tmp_path / "votes.csv", index=False)
    assert "secret" not in read_votes(tmp_path / "votes.csv").columns
