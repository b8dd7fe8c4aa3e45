"""The reader of tables reads unusual files as intended, or refuses them with file, line and column."""

import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from benchmark.tables import Table, TableError, read_table
from benchmark.tables.cells import CellReader
from benchmark.tables.table import Value

NFD = unicodedata.normalize("NFD", "café")
NFC = unicodedata.normalize("NFC", "café")


def read(folder: Path, name: str, content: str | bytes, columns: list[str] | None = None) -> Table:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, columns)


def parquet_bytes(**columns: pa.Array) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pa.table(columns), written)
    return written.getvalue()


def damaged_page(content: bytes) -> bytes:
    """Return a Parquet file with a correct footer and a first page that cannot be parsed."""
    return content[:4] + b"\xff" * 30 + content[34:]


ODD_FILES: list[tuple[str, str | bytes, list[Value | None]]] = [
    ("t.csv", "pair\na\nb\n", ["a", "b"]),
    ("t.csv", "pair\na\nb", ["a", "b"]),
    ("t.csv", "pair\r\na\r\nb\r\n", ["a", "b"]),
    ("t.csv", "pair\ra\rb\r", ["a", "b"]),
    ("t.csv", "pair\na\nb\n\n\n", ["a", "b"]),
    ("t.csv", "pair,note\na,1\nb,2\n,\n", ["a", "b"]),
    ("t.csv", b"\xef\xbb\xbfpair\na\nb\n", ["a", "b"]),
    ("t.csv", "pair\nä\nb\n".encode("utf-16"), ["ä", "b"]),
    ("t.csv", "pair\nä\nb\n".encode("utf-32"), ["ä", "b"]),
    ("t.csv", 'pair,note\na,"x\ny"\nb,"x\u2028y"\n', ["a", "b"]),
    ("t.csv", 'pair,note\na,"say ""hi"", twice"\nb,\n', ["a", "b"]),
    ("t.csv", "note;pair\nx;a\ny;b\n", ["a", "b"]),
    ("t.csv", "note\tpair\nx\ta\ny\tb\n", ["a", "b"]),
    ("t.csv", "sep=;\nnote;pair\nx;a\ny;b\n", ["a", "b"]),
    ("t.tsv", "note\tpair\nx, y\ta\nz\tb\n", ["a", "b"]),
    ("t.CSV", "pair\na\nb\n", ["a", "b"]),
    ("t.csv", " pair ,note\na,1\nb,2\n", ["a", "b"]),
    ("t.csv", ",pair\n0,a\n1,b\n", ["a", "b"]),
    ("t.csv", "Unnamed: 0,pair\n0,a\n1,b\n", ["a", "b"]),
    ("t.csv", "note,note,pair\n1,2,a\n3,4,b\n", ["a", "b"]),
    ("t.csv", "pair,note\na,\nb,NaN\n", ["a", "b"]),
    ("t.csv", "pair\n007\n1e3\n", ["007", "1e3"]),
    ("t.jsonl", '{"pair": "a"}\n{"pair": "b"}\n', ["a", "b"]),
    ("t.jsonl", '{"pair": "a"}\r\n{"pair": "b"}\r\n\r\n', ["a", "b"]),
    ("t.jsonl", '{"pair": "a\u2028"}\n{"pair": "b\\n"}', ["a\u2028", "b\n"]),
    ("t.jsonl", b'\xef\xbb\xbf{"pair": "a"}\n{"pair": null}\n', ["a", None]),
    ("t.jsonl", '{"pair": "a", "note": {"x": [1]}}\n{"note": 3}\n', ["a", None]),
    ("t.jsonl", '{"pair": 7}\n{"pair": 8}\n', [7, 8]),
    (
        "t.jsonl",
        '{"pair": "a", "note": NaN, "note": [{"x": 1, "x": 2}]}\n{"pair": "b", "note": "c"}\n',
        ["a", "b"],
    ),
    ("t.parquet", parquet_bytes(pair=pa.array(["a", None])), ["a", None]),
    ("t.parquet", parquet_bytes(pair=pa.array([7, 8])), [7, 8]),
    ("t.parquet", parquet_bytes(pair=pa.array(["a", "b"]).dictionary_encode()), ["a", "b"]),
    ("t.parquet", parquet_bytes(pair=pa.array(["a", "b"]), note=pa.array([[1], [2, 3]])), ["a", "b"]),
    ("t.parquet", parquet_bytes(pair=pa.array([None, None])), [None, None]),
]


@pytest.mark.parametrize(("name", "content", "cells"), ODD_FILES)
def test_an_odd_file_is_read_as_meant(
    tmp_path: Path, name: str, content: str | bytes, cells: list[Value | None]
) -> None:
    assert read(tmp_path, name, content, ["pair"]).cells("pair") == cells


BROKEN_FILES: list[tuple[str, str | bytes, str]] = [
    ("t.csv", "", "t.csv is empty."),
    ("t.csv", "\n\n", "t.csv is empty."),
    ("t.jsonl", "\n", "t.jsonl: The file is empty."),
    ("t.csv", "pair,note\na\n", "t.csv, line 2: The row has 1 cell, but the header has 2."),
    ("t.csv", "pair,note\na,b,c\n", "t.csv, line 2: The row has 3 cells, but the header has 2."),
    ("t.csv", 'pair,note\n"x\ny",1\na\n', "t.csv, line 4: The row has 1 cell, but the header has 2."),
    ("t.csv", "sep=;\npair;note\na\n", "t.csv, line 3: The row has 1 cell, but the header has 2."),
    ("t.csv", "pair\na\n\nb\n", "t.csv, line 3: The line is empty. Delete it."),
    ("t.csv", "pair,note\na,1\n,\nb,2\n", "t.csv, line 3: The line is empty. Delete it."),
    ("t.csv", "\npair\na\n", "t.csv, line 1: The line is empty. Delete it."),
    ("t.csv", "pair,note,pair\na,1,b\n", "t.csv, line 1, column pair: Two columns have this name."),
    ("t.csv", "pair,note, pair\na,1,b\n", "t.csv, line 1, column pair: Two columns have this name."),
    ("t.csv", "pair,note,Pair\na,1,b\n", 't.csv, line 1, column pair: The column "Pair" differs'),
    ("t.jsonl", '{"pair": "a", "PAIR": "b"}\n', 't.jsonl, column pair: The column "PAIR" differs'),
    ("t.csv", "note,Pair\na,1\n", 't.csv, line 1, column Pair: The name differs from "pair" only in case'),
    ("t.csv", "note,pa_ir\na,1\n", 't.csv, line 1, column pa_ir: The name differs from "pair" only in case'),
    ("t.csv", "pair,p-air\na,1\n", 't.csv, line 1, column pair: The column "p-air" differs'),
    ("t.csv", "pair,\u200bpair\na,1\n", 't.csv, line 1, column pair: The column "\u200bpair" differs'),
    (
        "t.csv",
        'note,pair\na, "b"\n',
        "t.csv, line 2, column pair: The cell has white space before its quotation",
    ),
    (
        "t.parquet",
        parquet_bytes(pair=pa.array([3, 4], pa.duration("ms"))),
        "t.parquet, column pair: The column has the type duration[ms].",
    ),
    (
        "t.parquet",
        parquet_bytes(pair=pa.array([b"a", b"b"]).dictionary_encode()),
        "t.parquet, column pair: The column has the type dictionary<values=binary",
    ),
    (
        "t.parquet",
        damaged_page(parquet_bytes(pair=pa.array(["a", "b"]))),
        "t.parquet cannot be read as Parquet: ",
    ),
    ("t.csv", 'pair\n"a\n', "t.csv, line 2: The row cannot be parsed (unexpected end of data)."),
    ("t.csv", 'pair\na\n"b"x\n', "t.csv, line 3: The row cannot be parsed"),
    ("t.csv", b"pair\na\nZo\xeb\n", "t.csv, line 3: The file is not UTF-8 text. Save it as UTF-8."),
    ("t.csv", b"pair\na\0b\n", "t.csv, line 2: The file is not UTF-8 text. Save it as UTF-8."),
    ("t.csv", "pair\na\n".encode("utf-16-le"), "t.csv, line 1: The file is not UTF-8 text."),
    ("t.jsonl", '{"pair": "a"}\n\n{"pair": "b"}\n', "t.jsonl, line 2: The line is empty. Delete it."),
    ("t.jsonl", '{"pair": "a"}\n{"pair": \n', "t.jsonl, line 2: The line is not JSON: "),
    ("t.jsonl", '["a"]\n', "t.jsonl, line 1: The line is not a JSON object."),
    ("t.jsonl", '{"pair": "a", "pair": "b"}\n', "t.jsonl, line 1, column pair: The line has this key twice."),
    (
        "t.jsonl",
        '{"pair": NaN}\n',
        "t.jsonl, line 1, column pair: The cell is NaN. Write null",
    ),
    ("t.jsonl", '{"pair": "a"}\n{"pair": 3}\n', "t.jsonl, line 2, column pair: The cell is a number"),
    ("t.jsonl", '{"pair": 1}\n{"pair": true}\n', "t.jsonl, line 2, column pair: The cell is true or false"),
    ("t.jsonl", '{"pair": ["a"]}\n', "t.jsonl, line 1, column pair: The cell is a list or an object"),
    ("t.parquet", b"PAR1 no", "t.parquet cannot be read as Parquet: "),
    (
        "t.parquet",
        parquet_bytes(pair=pa.array([1.5, float("nan")])),
        "t.parquet, row 2, column pair: The cell is NaN. Write null for an empty cell.",
    ),
    (
        "t.parquet",
        parquet_bytes(pair=pa.array([["a"]])),
        "t.parquet, column pair: The column has",
    ),
    ("t.xlsx", b"", "t.xlsx is not a table: its name must end in .csv, .tsv, .jsonl, .parquet."),
]


@pytest.mark.parametrize(("name", "content", "message"), BROKEN_FILES)
def test_a_broken_file_is_refused_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(TableError) as error:
        read(tmp_path, name, content, ["pair"])

    assert str(error.value).startswith(message)


def test_every_broken_line_is_listed_up_to_ten(tmp_path: Path) -> None:
    with pytest.raises(TableError) as error:
        read(tmp_path, "t.csv", "pair\n" + "a,b\n" * 12)

    listed = str(error.value).splitlines()
    assert listed[0] == "t.csv has 12 problems:"
    assert listed[1].startswith("  line 2: The row has 2 cells")
    assert listed[-1] == "  and 2 more"
    assert len(listed) == 12


def test_a_missing_column_is_named_with_those_of_the_file(tmp_path: Path) -> None:
    table = read(tmp_path, "t.csv", "pair,note\na,1\n", ["pair", "chosen"])

    with pytest.raises(TableError, match=r"^t.csv has no column chosen. Its columns are: pair, note$"):
        table.require(["pair", "chosen"])


def test_lines_are_those_of_the_file_behind_cells_with_line_breaks(tmp_path: Path) -> None:
    cells = CellReader(read(tmp_path, "t.csv", 'note,pair\n"1\n2\n3",a\n"4\u20285",\n,b\n,\x07\n'))
    cells.names("pair", required=True)

    places = {(problem.line, problem.column) for problem in cells.problems.found}
    assert places == {(5, "pair"), (7, "pair")}


def test_chunks_of_rows_are_joined(tmp_path: Path) -> None:
    rows = [f"p{number}" for number in range(10_000)]
    table = read(tmp_path, "t.csv", "\n".join(["pair", *rows]))

    assert table.cells("pair") == rows
    cells = CellReader(read(tmp_path, "t.csv", "\n".join(["pair", *rows, "nan"])))
    cells.names("pair")
    assert cells.problems.found[0].line == 10_002


@pytest.mark.parametrize(
    ("cell", "name"),
    [(" a ", "a"), ("a\u00a0", "a"), ("\u3000a", "a"), (NFD, NFC), ("a b", "a b"), (7, "7"), ("  ", "")],
)
def test_names_lose_outer_white_space_and_are_composed(cell: Value, name: str) -> None:
    cells = CellReader(Table.from_columns("t", {"pair": [cell]}))

    assert cells.names("pair").at(0) == name
    assert not cells.problems.found


def test_equal_names_are_one_name() -> None:
    names = CellReader(Table.from_columns("t", {"pair": ["a", " a", "a\t", NFC, NFD]})).names("pair")

    assert names.names == ("a", NFC)
    assert names.codes.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("cell", "difference"),
    [
        ("a\u00a0b", "U+00A0 (no-break space)"),
        ("a  b", "U+0020 (space)"),
        ("\uff41 b", "U+FF41 (fullwidth latin small letter a)"),
        ("a b\ufe0f", "U+FE0F (variation selector-16)"),
        ("a\u200d b", "U+200D (zero width joiner)"),
        ("a\u034f b", "U+034F (combining grapheme joiner)"),
        ("a\U000e0062 b", "U+E0062 (tag latin small letter b)"),
    ],
)
def test_two_spellings_of_a_name_that_look_the_same_are_refused(cell: str, difference: str) -> None:
    cells = CellReader(Table.from_columns("t", {"pair": ["a b", "c", cell]}))
    cells.names("pair")

    (problem,) = cells.problems.found
    assert str(problem).startswith("row 3, column pair: ")
    assert f'looks like "a b" in a row above, but contains {difference}. Write' in str(problem)


@pytest.mark.parametrize("cell", ["NaN", "None", "null", "N/A", "<NA>", "#REF!"])
def test_a_placeholder_for_a_missing_text_is_refused(cell: str) -> None:
    cells = CellReader(Table.from_columns("t", {"caption": ["a dog runs", cell]}))
    cells.texts("caption")

    (problem,) = cells.problems.found
    assert str(problem).startswith(f'row 2, column caption: "{cell}" is a missing value')


def test_names_that_look_different_are_two_names() -> None:
    cells = CellReader(Table.from_columns("t", {"pair": ["a b", "A b", "ab", "b", "ä b", "a-b", "\u0430 b"]}))

    assert len(cells.names("pair").names) == 7
    assert not cells.problems.found


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "a\u200bb",
            'row 1, column pair: "a\u200bb" contains an invisible character (U+200B, ',
        ),
        ("a\ufeff", "contains an invisible character (U+FEFF"),
        ("a\nb", "contains an invisible character (U+000A"),
        ("a\u202eb", "contains an invisible character (U+202E"),
        ("NaN", '"NaN" is a missing value or a failed formula. Leave the cell empty.'),
        ("#N/A", '"#N/A" is a missing value'),
        ("<NA>", '"<NA>" is a missing value'),
        ("a\x1b[2Jb", '"a\\x1b[2Jb" contains an invisible character (U+001B, control character).'),
        (1.5, "1.5 is not a name. Write it as a text."),
        (True, "True is not a name."),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused(cell: Value, message: str) -> None:
    cells = CellReader(Table.from_columns("t", {"pair": [cell]}))
    cells.names("pair")

    (problem,) = cells.problems.found
    assert message in str(problem)


@pytest.mark.parametrize(("cell", "number"), [("4200", 4200), (" 7 ", 7), ("42.0", 42), (9.0, 9), (None, -1)])
def test_whole_numbers_are_digits(cell: Value | None, number: int) -> None:
    cells = CellReader(Table.from_columns("t", {"ms": [cell]}))

    assert cells.whole_numbers("ms").tolist() == [number]
    assert not cells.problems.found


@pytest.mark.parametrize(
    "cell",
    ["4.200", "4,200", "4 200", "4'200", "4.000", "4_2", "1e3", "-5", "+5", "٤٢", "NaN", 4.5, True],
)
def test_a_number_that_two_countries_read_differently_is_refused(cell: Value) -> None:
    cells = CellReader(Table.from_columns("t", {"ms": ["1", cell] if isinstance(cell, str) else [1, cell]}))
    cells.whole_numbers("ms")

    (problem,) = cells.problems.found
    assert str(problem).startswith("row 2, column ms: ")
    assert "is not a whole number" in str(problem)


def test_a_number_that_is_too_large_is_refused() -> None:
    cells = CellReader(Table.from_columns("t", {"ms": ["2147483648"]}))
    cells.whole_numbers("ms", maximum=2**31 - 1)

    assert str(cells.problems.found[0]) == 'row 1, column ms: "2147483648" is more than 2147483647.'


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        ("0", False),
        ("1", True),
        ("TRUE", True),
        ("False", False),
        (True, True),
        (1, True),
        (1.0, True),
        (" 1", True),
    ],
)
def test_flags_are_0_and_1_or_true_and_false(cell: Value, flag: bool) -> None:
    cells = CellReader(Table.from_columns("t", {"flag": [cell]}))

    assert cells.flags("flag").tolist() == [flag]
    assert not cells.problems.found


@pytest.mark.parametrize("cell", ["yes", "x", "2", "", None, 2, 0.5, "1.0", "wahr"])
def test_any_other_flag_is_refused(cell: Value | None) -> None:
    cells = CellReader(Table.from_columns("t", {"flag": [cell]}))
    cells.flags("flag")

    (problem,) = cells.problems.found
    assert str(problem).startswith("row 1, column flag: ")


def test_times_are_iso_8601() -> None:
    times = ["2026-03-14T10:00:00+01:00", "", "14.03.2026", "yesterday", "1711121310456"]
    cells = CellReader(Table.from_columns("t", {"at": times}))

    assert cells.times("at") == [datetime(2026, 3, 14, 9, tzinfo=UTC), None, None, None, None]
    assert [problem.line for problem in cells.problems.found] == [3, 4, 5]


def test_the_columns_of_a_table_have_one_length() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        Table.from_columns("t", {"a": [1, 2], "b": [1]})
