"""Cleaning of workers' texts, and durations as text."""

import pytest

from app.jobs.durations import ago, span, time_left
from benchmark.wire.text import log_tail, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("out of\n  memory\x07", "out of memory"),
        ("\x1b[1;31mred\x1b[0m \x1b]0;title\x07text", "red text"),
        ("x" * 501, "x" * 499 + "…"),
        ("\u2028a\u2029", "a"),
        ("", ""),
    ],
)
def test_a_message_is_one_line_without_escapes(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_truncated_log_keeps_its_end_its_lines_and_complete_characters() -> None:
    assert log_tail("10 %\r20 %\r\n\x1b[31mout of memory\x1b[0m") == "10 %\n20 %\nout of memory"
    assert log_tail("é" * 5, max_bytes=5) == "éé"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (10**6, "11 days"),
    ],
)
def test_a_span_is_rounded_down_to_its_largest_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_moment_ago_is_now() -> None:
    assert (ago(0.2), ago(-3), ago(61)) == ("just now", "just now", "1 minute ago")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "less than a minute left"),
        (61, "about 2 minutes left"),
        (3600, "about 60 minutes left"),
        (3601, "about 2 hours left"),
        (200_000, "about 3 days left"),
    ],
)
def test_what_is_left_is_rounded_up(seconds: float, words: str) -> None:
    assert time_left(seconds) == words
