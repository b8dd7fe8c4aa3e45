"""External votes count like our own votes if their columns are mapped and their answers are unambiguous."""

from pathlib import Path
from unicodedata import normalize

import pytest

from benchmark.protocol import VoteStatus
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from benchmark.tables import Table, TableError
from benchmark.votes.imported import Answers, ColumnMapping, convert_votes, parse_mapping, read_external_table
from benchmark.votes.validate import check_votes

COLUMNS = {"pair": "item", "left": "model_a", "right": "model_b", "chosen": "winner", "annotator": "rater"}


def external(*answers: str, left: str = "static", right: str = "motif", **columns: list[str]) -> Table:
    count = len(answers)
    cells = {
        "item": [f"item{index}" for index in range(count)],
        "model_a": [left] * count,
        "model_b": [right] * count,
        "winner": list(answers),
        "rater": ["r1"] * count,
    }
    return Table.from_columns("external.csv", cells | columns)


def test_answers_become_votes_for_models() -> None:
    table = convert_votes(
        external("model_b", "B", "model_a", "motif"), ColumnMapping(COLUMNS), study="elsewhere"
    )
    votes = check_votes(table)
    assert votes.counted is VoteStatus.IMPORTED
    (row,) = preferences(Tallies.from_votes(votes), votes.matchups)
    assert (row.study, row.matchup, row.ti2v_score_reference) == ("elsewhere", "motif:static", 75.0)


def test_the_reference_may_be_named() -> None:
    table = convert_votes(external("A"), ColumnMapping(COLUMNS, reference="static"), study="s")
    assert table.cells("matchup") == ["static:motif"]
    assert table.cells("chosen") == ["static"]


def test_options_that_macos_decomposed_match_the_table() -> None:
    typed = normalize("NFD", "café")
    columns = COLUMNS | parse_mapping((f"pair= {typed}",))
    table = external("A", left="café", café=["item0"])

    converted = convert_votes(table, ColumnMapping(columns, reference=f"{typed} "), study="s")

    assert (converted.cells("pair"), converted.cells("reference")) == (["item0"], ["café"])


def test_a_reference_that_no_row_names_is_refused() -> None:
    with pytest.raises(TableError, match=r'The reference "statik" is not a model of external\.csv'):
        convert_votes(external("A"), ColumnMapping(COLUMNS, reference="statik"), study="s")


def test_a_tie_is_refused_by_its_row_and_never_guessed() -> None:
    table = convert_votes(external("A", "tie"), ColumnMapping(COLUMNS), study="s")
    with pytest.raises(TableError, match='row 2, column chosen: "tie" is neither "motif" nor "static"'):
        check_votes(table)


def test_reasons_are_imported_if_they_have_a_column() -> None:
    table = convert_votes(
        external("A", "B", motion=["1", "0"]),
        ColumnMapping(COLUMNS | {"object_motion": "motion"}),
        study="s",
    )
    assert check_votes(table).reasons.tolist() == [[False, False, True, False], [False] * 4]


@pytest.mark.parametrize(
    ("answers", "scores"), [(Answers.SIDES, (100.0, 0.0)), (Answers.POSITIONS, (50.0, 50.0))]
)
def test_declared_answers_are_read_as_declared(answers: Answers, scores: tuple[float, float]) -> None:
    table = external("A", "A", model_a=["A", "B"], model_b=["B", "A"])

    votes = check_votes(convert_votes(table, ColumnMapping(COLUMNS, answers=answers), study="s"))

    (row,) = preferences(Tallies.from_votes(votes), votes.matchups)
    assert (row.ti2v_score_reference, row.ti2v_score_other) == scores


@pytest.mark.parametrize("side", ["A", "a", "left", "Model_B", "2"])
def test_an_answer_with_two_meanings_is_refused_unless_declared(side: str) -> None:
    table = external("motif", side, right=side, left="motif")
    with pytest.raises(TableError, match=f'answer "{side}" can mean the side "{side}".*--answers sides'):
        convert_votes(table, ColumnMapping(COLUMNS), study="s")


@pytest.mark.parametrize(
    ("side", "answer"),
    [
        *(("Model A", "A"), ("model-a", "model_a"), ("System 1", "1")),
        *(("\uff21", "a"), ("\u0410", "A"), ("A.", "a")),
    ],
)
def test_an_answer_that_resembles_a_side_is_refused_unless_declared(side: str, answer: str) -> None:
    table = external("motif", answer, left="motif", right=side)

    with pytest.raises(TableError, match=r"row 2, column winner: The answer .* can mean the side"):
        convert_votes(table, ColumnMapping(COLUMNS), study="s")
    declared = convert_votes(
        external(answer, left="motif", right=side),
        ColumnMapping(COLUMNS, answers=Answers.POSITIONS),
        study="s",
    )
    assert declared.cells("chosen") == ["motif"]


@pytest.mark.parametrize("answers", [None, Answers.POSITIONS])
@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [("model_b", "model_a", "model_a"), ("Clip B", "Clip A", "A"), ("right", "left", "left")],
)
def test_an_answer_that_names_the_column_of_the_other_side_is_refused(
    left: str, right: str, answer: str, answers: Answers | None
) -> None:
    columns = COLUMNS | {"left": left, "right": right}
    cells = {"item": ["p1"], left: ["motif"], right: ["static"], "winner": [answer], "rater": ["r1"]}
    table = Table.from_columns("external.csv", cells)

    with pytest.raises(
        TableError, match=rf'row 1, column winner: .* column "{right}" is mapped to the other'
    ):
        convert_votes(table, ColumnMapping(columns, answers=answers), study="s")


def test_two_of_our_columns_cannot_be_one_external_column() -> None:
    with pytest.raises(TableError, match="--map maps left and chosen to the same column model_a"):
        convert_votes(external("A"), ColumnMapping(COLUMNS | {"chosen": "model_a"}), study="s")


def test_a_position_word_that_no_answer_uses_may_be_a_side() -> None:
    table = convert_votes(external("right", left="A", right="motif"), ColumnMapping(COLUMNS), study="s")
    assert table.cells("chosen") == ["motif"]


def test_declared_positions_refuse_names() -> None:
    mapping = ColumnMapping(COLUMNS, answers=Answers.POSITIONS)
    with pytest.raises(TableError, match='row 2, column winner: "motif" is not a position'):
        convert_votes(external("left", "motif"), mapping, study="s")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"pair": "item"}, "The option --map for left, right, chosen is missing"),
        (COLUMNS | {"pair": "clip"}, "has no column clip. Its columns are: item, model_a"),
        (COLUMNS | {"status": "rater"}, "--map cannot set status"),
        (COLUMNS | {"image": "rater"}, "--map cannot set image"),
        (COLUMNS | {"hard_case": "rater"}, "--map cannot set hard_case"),
    ],
)
def test_a_wrong_mapping_is_refused(columns: dict[str, str], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        convert_votes(external("A"), ColumnMapping(columns), study="s")


def test_a_mapping_is_column_equals_source() -> None:
    assert parse_mapping(("pair=item", "left=model a")) == {"pair": "item", "left": "model a"}
    with pytest.raises(TableError, match="COLUMN=SOURCE"):
        parse_mapping(("pair",))
    with pytest.raises(TableError, match="the votes table has no column clip"):
        parse_mapping(("clip=item",))
    with pytest.raises(TableError, match="maps pair twice, to item and to clip"):
        parse_mapping(("pair=item", "pair=clip"))


def test_a_file_is_read_as_texts_or_refused(tmp_path: Path) -> None:
    path, mapping = tmp_path / "external.csv", ColumnMapping({**COLUMNS, "left": "left", "right": "right"})
    path.write_text("item,left,right,winner,rater,notes\n007,m,n,A,ann,\n")
    assert read_external_table(path, mapping).cells("item") == ["007"]
    path.write_text("")
    with pytest.raises(TableError, match="is empty"):
        read_external_table(path, mapping)
    path.write_text("item,left,right,winner,winner,rater\n007,m,n,m,n,ann\n")
    with pytest.raises(TableError, match=r"line 1, column winner: Two columns have this name"):
        read_external_table(path, mapping)
