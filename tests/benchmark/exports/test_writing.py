"""A table has the same values in every format, and is safe to open in a spreadsheet or in LaTeX."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from benchmark.exports.layout import TableLayout, UnknownColumn
from benchmark.exports.notes import TableNote
from benchmark.exports.printed_cells import interval_cell
from benchmark.exports.table_rows import result_rows
from benchmark.exports.tables import COLUMN_NAMES
from benchmark.exports.writer import table_chunks, write_table
from benchmark.protocol import TableFormat, TableName, VoteStatus
from benchmark.scoring import COMPUTED
from benchmark.stats.votes import Matchup
from tests.benchmark.made_votes import MOTIF_CINEMO, MOTIF_STATIC, tallies, vote

MATCHUPS = [MOTIF_CINEMO, MOTIF_STATIC]
TWO_REFERENCES = [MOTIF_CINEMO, Matchup("static-cinemo", "static", "cinemo")]
ALL_COLUMNS = TableLayout(columns=("all",))


def written(
    table: TableName,
    rows: list[object],
    file_format: TableFormat,
    note: TableNote | None = None,
    layout: TableLayout = TableLayout(),
) -> bytes:
    stream = io.BytesIO()
    write_table(table, rows, file_format, stream, note=note, layout=layout)
    return stream.getvalue()


def latex(
    table: TableName, rows: list[object], layout: TableLayout = ALL_COLUMNS, note: TableNote | None = None
) -> str:
    return written(table, rows, TableFormat.LATEX, note, layout).decode()


def some_rows(table: TableName) -> list[object]:
    counted = tallies(
        [(5, 0), (1, 4), (2, 2), (3, 2)],
        matchup=[0, 0, 0, 1],
        pairs=["p1", "p2", "p3", "p1"],
        images=["golf1", "golf1", "tide1", "golf1"],
        ticks=[[0] * 8] * 3 + [[3, 2] + [0] * 6],
    )
    tagged = replace(counted, tags={"style": ("clay", "flat", "clay")})
    return list(result_rows(table, tagged, MATCHUPS))


@pytest.mark.parametrize("table", COMPUTED)
def test_csv_json_jsonl_and_parquet_hold_the_same_values(table: TableName) -> None:
    rows = some_rows(table)
    from_csv = list(csv.DictReader(io.StringIO(written(table, rows, TableFormat.CSV).decode())))
    from_json = json.loads(written(table, rows, TableFormat.JSON))
    from_jsonl = [json.loads(line) for line in written(table, rows, TableFormat.JSONL).splitlines()]
    from_parquet = pq.read_table(io.BytesIO(written(table, rows, TableFormat.PARQUET))).to_pylist()

    assert from_json == from_jsonl == from_parquet
    assert from_csv == [{name: "" if v is None else str(v) for name, v in row.items()} for row in from_json]
    assert tuple(from_json[0]) == COLUMN_NAMES[table]


@pytest.mark.parametrize("table", TableName)
@pytest.mark.parametrize("file_format", TableFormat)
def test_an_empty_table_is_a_whole_file(table: TableName, file_format: TableFormat) -> None:
    content = written(table, [], file_format)
    if file_format is TableFormat.CSV:
        assert content.decode().rstrip().split(",") == list(COLUMN_NAMES[table])
    if file_format is TableFormat.JSON:
        assert json.loads(content) == []
    if file_format is TableFormat.PARQUET:
        assert pq.read_table(io.BytesIO(content)).num_rows == 0


def test_formulas_are_harmless_in_csv_and_unchanged_elsewhere() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=x", "'quoted'"]
    rows = [SimpleNamespace(**vote(pair=name)) for name in names]
    cells = [
        row["pair"]
        for row in csv.DictReader(io.StringIO(written(TableName.VOTES, rows, TableFormat.CSV).decode()))
    ]
    assert cells == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "''=x", "'quoted'"]
    assert [row["pair"] for row in json.loads(written(TableName.VOTES, rows, TableFormat.JSON))] == names


def test_markdown_prints_both_sides_with_the_larger_in_bold() -> None:
    lines = (
        written(TableName.PREFERENCES, some_rows(TableName.PREFERENCES), TableFormat.MARKDOWN)
        .decode()
        .splitlines()
    )
    # Sorted by score, as on the results page.
    static = [cell.strip() for cell in lines[2].strip("|").split("|")]
    cinemo = [cell.strip() for cell in lines[3].strip("|").split("|")]
    assert cinemo[:3] == ["motif", "cinemo", "50.0/50.0"]  # equal: neither is bold
    assert static[:3] == ["motif", "static", "**100.0**/0.0"]
    assert static[6] == "**60.0**/40.0"


def test_markdown_has_dashes_where_no_vote_gives_a_reason_and_files_for_programs_the_counts() -> None:
    rows = list(result_rows(TableName.PREFERENCES, tallies([(5, 0)]), [MOTIF_CINEMO]))
    assert (
        "| – | – | – | – | 1 | 0 | 5 |" in written(TableName.PREFERENCES, rows, TableFormat.MARKDOWN).decode()
    )
    (row,) = json.loads(written(TableName.PREFERENCES, rows, TableFormat.JSON))
    assert (row["text_alignment_reference"], row["text_alignment_total"]) == (0.0, 5)


def test_latex_is_a_booktabs_table_of_the_same_cells() -> None:
    text = latex(TableName.PREFERENCES, some_rows(TableName.PREFERENCES))
    assert r"motif & static & \textbf{100.0}/0.0 & [20.7, 100.0] &" in text
    for command in (r"\toprule", r"\midrule", r"\bottomrule", r"95 \% interval"):
        assert command in text


def test_latex_without_a_choice_has_the_columns_that_fit_a_paper() -> None:
    text = latex(TableName.PREFERENCES, some_rows(TableName.PREFERENCES), TableLayout())
    assert r"\begin{tabular}{@{}lrrr@{}}" in text
    assert r"motif vs. & TI2V score & 95 \% interval & p (Holm) \\" in text
    assert r"static & \textbf{100.0}/0.0 & [20.7, 100.0] &" in text


def test_two_references_are_in_every_row() -> None:
    rows = list(result_rows(TableName.PREFERENCES, tallies([(5, 0), (0, 5)], matchup=[0, 1]), TWO_REFERENCES))
    text = latex(TableName.PREFERENCES, rows, TableLayout())
    assert "Reference & Other & TI2V score" in text
    assert "motif & cinemo &" in text
    assert "static & cinemo &" in text


@pytest.mark.parametrize("file_format", [TableFormat.MARKDOWN, TableFormat.LATEX])
def test_the_chosen_columns_are_in_the_chosen_order(file_format: TableFormat) -> None:
    layout = TableLayout.of("votes, other,p_holm")
    head = written(TableName.PREFERENCES, [], file_format, layout=layout).decode()
    assert "Votes & Other & p (Holm)" in head or "| Votes | Other | p (Holm) |" in head


def test_an_unknown_column_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        UnknownColumn, match=r"preferences has no column score\. Its columns are: reference, "
    ):
        latex(TableName.PREFERENCES, [], TableLayout.of("score"))


def test_display_names_are_in_printed_tables_alone() -> None:
    layout = TableLayout(names={"motif": "MotiF", "cinemo": "Cinemo_v2"})
    rows = some_rows(TableName.PREFERENCES)
    assert "MotiF vs. &" in latex(TableName.PREFERENCES, rows, layout)
    assert r"Cinemo\_v2 &" in latex(TableName.PREFERENCES, rows, layout)
    assert "MotiF / Cinemo" in latex(TableName.AGREEMENT, some_rows(TableName.AGREEMENT), layout)
    assert b"MotiF" not in written(TableName.PREFERENCES, rows, TableFormat.CSV, layout=layout)


def test_a_table_longer_than_a_page_repeats_its_head_on_each() -> None:
    rows = some_rows(TableName.COMPARISONS)
    short = latex(TableName.COMPARISONS, rows * (40 // len(rows)))
    long = latex(TableName.COMPARISONS, rows * 41)
    assert r"\begin{tabular}" in short
    assert r"\begin{longtable}" not in short
    assert long.startswith("% needs \\usepackage{booktabs,longtable}\n\\begin{longtable}")
    assert "\\endhead\n\\bottomrule\n\\endfoot\n" in long
    assert long.count("\\toprule") == 1


def test_small_p_values_are_powers_of_ten_in_latex_only_where_they_are_p_values() -> None:
    rows = list(result_rows(TableName.PREFERENCES, tallies([(1, 0)] * 20), [Matchup("m", "1e-05", "b")]))
    text = latex(TableName.PREFERENCES, rows)
    assert r"$1.9 \times 10^{-6}$" in text  # 2 / 2^20
    assert "1e-05 & b" in text


def test_markdown_has_the_same_powers_and_files_for_programs_the_number() -> None:
    rows = list(result_rows(TableName.PREFERENCES, tallies([(1, 0)] * 20), [MOTIF_CINEMO]))
    assert "| 1.9 × 10⁻⁶ |" in written(TableName.PREFERENCES, rows, TableFormat.MARKDOWN).decode()
    (row,) = json.loads(written(TableName.PREFERENCES, rows, TableFormat.JSON))
    assert row["p_value"] == 1.907348633e-06


def test_kappa_has_three_decimals_and_a_minus_sign() -> None:
    # All votes on a pair disagree: Fleiss' kappa is -1, Krippendorff's alpha 1 - 1 / (2 * 4 * 4 / (8 * 7)).
    rows = list(result_rows(TableName.AGREEMENT, tallies([(1, 1)] * 4), [MOTIF_CINEMO]))[:1]
    assert "| −1.000 | −0.750 |" in written(TableName.AGREEMENT, rows, TableFormat.MARKDOWN).decode()
    assert "& $-$1.000 & $-$0.750 &" in latex(TableName.AGREEMENT, rows)
    assert interval_cell(-0.012, 0.29, 3) == "[−0.012, 0.290]"
    (row,) = json.loads(written(TableName.AGREEMENT, rows, TableFormat.JSON))
    assert row["krippendorff_alpha"] == -0.75


@pytest.mark.parametrize(
    ("name", "markdown", "in_tex"),
    [
        ("a_b", r"a\_b", r"a\_b"),
        ("50% & more", "50% \\& more", r"50\% \& more"),
        ("x|y", r"x\|y", r"x\textbar{}y"),
        ("*bold*", r"\*bold\*", "{}*bold*"),
        ("[1]", r"\[1\]", "{}[1]"),
        (r"\input{x}", r"\\input\{x\}", r"\textbackslash{}input\{x\}"),
        ("$x^2$#~", r"\$x^2\$\#\~", r"\$x\textasciicircum{}2\$\#\textasciitilde{}"),
        ("<b>", r"\<b\>", r"\textless{}b\textgreater{}"),
        ("two\nlines", "two lines", "two lines"),
        ("a--b", "a--b", "a-{}-b"),
    ],
)
def test_names_are_literal_in_markdown_and_latex(name: str, markdown: str, in_tex: str) -> None:
    rows = list(result_rows(TableName.PREFERENCES, tallies([(1, 0)]), [Matchup("m", name, "other")]))
    in_markdown = written(TableName.PREFERENCES, rows, TableFormat.MARKDOWN).decode().splitlines()
    in_latex = latex(TableName.PREFERENCES, rows).splitlines()
    assert in_markdown[2].startswith(f"| {markdown} | other |")
    assert any(line.startswith(f"{in_tex} & other &") for line in in_latex)


def test_the_note_is_below_the_table_and_in_the_parquet_file() -> None:
    rows = some_rows(TableName.PREFERENCES)
    note = TableNote(pairs=3, panel=(4, 5), votes=19, left_out={VoteStatus.WITHDRAWN: 2, VoteStatus.GOLD: 1})
    said = "3 pairs, 19 votes, 4 to 5 votes per comparison. Not counted: 2 withdrawn, 1 gold votes."
    assert said in written(TableName.PREFERENCES, rows, TableFormat.MARKDOWN, note).decode()
    assert said in latex(TableName.PREFERENCES, rows, note=note)
    parquet = pq.read_table(io.BytesIO(written(TableName.PREFERENCES, rows, TableFormat.PARQUET, note)))
    assert said in parquet.schema.metadata[b"note"].decode()


def test_rows_are_read_as_they_are_written() -> None:
    def endless():  # type: ignore[no-untyped-def]
        while True:
            yield SimpleNamespace(**vote())

    chunks = table_chunks(TableName.VOTES, endless(), TableFormat.CSV)
    assert [len(next(chunks)) > 0 for _ in range(3)] == [True] * 3


def test_moments_are_utc_and_flags_numbers() -> None:
    moment = datetime(2026, 3, 14, 10, 26, 53, tzinfo=timezone(timedelta(hours=1)))
    row = SimpleNamespace(**vote() | {"cast_at": moment, "text_alignment": True})
    (cells,) = json.loads(written(TableName.VOTES, [row], TableFormat.JSON))
    assert (cells["cast_at"], cells["text_alignment"]) == ("2026-03-14T09:26:53.000Z", 1)


def test_a_moment_without_a_zone_and_a_number_that_is_none_are_refused() -> None:
    naive = SimpleNamespace(**vote() | {"cast_at": datetime(2026, 3, 14, tzinfo=UTC).replace(tzinfo=None)})
    with pytest.raises(ValueError, match="has no time zone"):
        written(TableName.VOTES, [naive], TableFormat.CSV)
    row = SimpleNamespace(**dict.fromkeys(COLUMN_NAMES[TableName.AGREEMENT]) | {"complete": float("nan")})
    with pytest.raises(ValueError, match="nan in a result table"):
        written(TableName.AGREEMENT, [row], TableFormat.CSV)


def test_the_same_rows_make_the_same_bytes() -> None:
    for file_format in TableFormat:
        rows = some_rows(TableName.PREFERENCES)
        assert written(TableName.PREFERENCES, rows, file_format) == written(
            TableName.PREFERENCES, rows, file_format
        )


@pytest.mark.parametrize("table", COMPUTED)
def test_a_study_without_matchups_or_votes_has_an_empty_table(table: TableName) -> None:
    assert list(result_rows(table, tallies([]), [])) == []
