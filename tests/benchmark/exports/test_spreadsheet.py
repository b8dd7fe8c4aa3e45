"""Escaping of spreadsheet cells: no cell starts as a formula, and reading restores the original text."""

from hypothesis import given
from hypothesis import strategies as st

from benchmark.tables.spreadsheet import guard, unguard


@given(st.text(alphabet="'=+-@\t\rab", max_size=6))
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text(alphabet="'=+-@\t\rab", max_size=6))
def test_no_guarded_cell_begins_as_a_formula(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_plain_names_stay_as_they_are() -> None:
    assert [guard(name) for name in ("motif", "", "a=b", "'quoted'")] == ["motif", "", "a=b", "'quoted'"]
