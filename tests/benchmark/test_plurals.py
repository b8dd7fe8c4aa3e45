"""Numbers with their nouns."""

import pytest

from benchmark.plurals import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 votes"), (1, "1 vote"), (2, "2 votes"), (72_000, "72,000 votes")]
)
def test_one_is_singular_and_all_else_plural(number: int, said: str) -> None:
    assert counted(number, "vote") == said
