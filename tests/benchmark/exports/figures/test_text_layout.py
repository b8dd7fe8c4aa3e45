"""Layout of any text within a given width."""

import pytest

from benchmark.exports.figures.text_layout import printable, size_without_breaks, text_width, truncate, wrap


@pytest.mark.parametrize("text", ["MotiF", "a very long name of a model", "x" * 60, "模型 v2", "", " "])
@pytest.mark.parametrize("bold", [False, True])
def test_no_line_is_wider_than_its_room(text: str, bold: bool) -> None:
    lines = wrap(text, 60, 8, bold=bold)

    assert 1 <= len(lines) <= 3
    assert all(text_width(line, 8, bold=bold) <= 60 for line in lines)


def test_lines_break_at_spaces() -> None:
    assert wrap("the blue balloon rises", 60, 8) == ["the blue", "balloon rises"]


def test_a_word_too_wide_breaks_after_a_hyphen_and_keeps_it() -> None:
    assert wrap("AnimateAnything-long-variant", 75, 8) == ["AnimateAnything-", "long-variant"]


def test_what_is_left_over_ends_in_an_ellipsis() -> None:
    lines = wrap("one two three four five six seven eight nine", 40, 8, max_lines=2)

    assert len(lines) == 2
    assert lines[-1].endswith("…")


def test_no_letter_of_a_long_word_is_lost_where_it_fits() -> None:
    assert "".join(wrap("x" * 20, 60, 8)) == "x" * 20


def test_a_text_that_fits_is_not_shortened() -> None:
    assert truncate("MotiF", 60, 8) == "MotiF"
    assert truncate("MotiF of many words", 40, 8).endswith("…")


def test_a_smaller_font_size_is_used_if_a_word_would_break() -> None:
    assert size_without_breaks("DynamiCrafter", 60, (7.5, 7.0, 6.0), bold=True) == 7.0
    assert size_without_breaks("MotiF", 60, (7.5, 7.0, 6.0), bold=True) == 7.5
    assert size_without_breaks("x" * 60, 60, (7.5, 7.0, 6.0)) == 6.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [("two\nlines\there", "two lines here"), ("a\x07b", "a▯b"), ("λ = ½ – “x”", "λ = ½ – “x”")],
)
def test_only_what_can_be_drawn_is_printed(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_text_without_end_is_cut() -> None:
    assert len(printable("x" * 100_000)) == 1000
