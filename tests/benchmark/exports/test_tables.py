"""The tables have the columns of the contract, and docs/tables.md explains each column."""

import re
from pathlib import Path

import pytest

from benchmark.exports.tables import COLUMN_NAMES, COLUMNS, Kind
from benchmark.protocol import TableName

DOCUMENT = Path(__file__).parents[3] / "docs" / "tables.md"


@pytest.mark.parametrize("table", TableName)
def test_every_column_is_documented_under_its_table(table: TableName) -> None:
    sections = re.split(r"^## ", DOCUMENT.read_text(), flags=re.M)
    (section,) = [section for section in sections if section.startswith(f"{table}\n")]
    named = set(re.findall(r"`([a-z0-9_]+)`", section))
    assert set(COLUMN_NAMES[table]) - named == set()


def test_the_votes_table_has_the_contracts_columns() -> None:
    assert COLUMN_NAMES[TableName.VOTES] == (
        "study", "matchup", "pair", "image", "scenario", "annotator", "reference", "other", "left", "right",
        "chosen", "status", "image_alignment", "text_alignment", "object_motion", "overall_quality",
        "cast_at", "decision_ms", "replaces", "style", "hard_case",
        "protocol_version",
    )  # fmt: skip


def test_columns_know_what_they_hold() -> None:
    kinds = {column.name: column.kind for column in COLUMNS[TableName.PREFERENCES]}
    assert kinds["study"] is Kind.TEXT
    assert kinds["ti2v_score_reference"] is Kind.REAL
    assert kinds["ti2v_score_reference_n"] is Kind.WHOLE
    assert kinds["votes"] is Kind.WHOLE
