"""Plain technical English: no banned phrase in documents, pages, docstrings, comments and messages."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.tree import PACKAGES, ROOT, committed

LIST = Path(__file__).with_name("banned_phrases.txt")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/*.md")
PAGES = ("templates/*.html", "app/static/*.js")
CODE = (*(f"{package}/*.py" for package in PACKAGES), "migrations/*.py", "perf/*.py")
PROSE_TOKENS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def banned() -> dict[str, str]:
    """Return the replacement for each banned phrase."""
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    entries = [line.split(" -> ") for line in lines]
    return {phrase.strip(): instead for phrases, instead in entries for phrase in phrases.split("|")}


def pattern_of(phrases: list[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(phrase).replace(r"\ ", r"[\s#*]+") for phrase in phrases)
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every piece of prose in a file, with the number of its first line."""
    text = path.read_text()
    if path.suffix != ".py":
        yield 1, text
        return
    comments = ""
    first = 1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            # The lines of one comment are read together, so that a phrase is found across them.
            first = first if comments else token.start[0]
            comments += token.string + "\n"
        elif token.type != tokenize.NL:
            if comments:
                yield first, comments
                comments = ""
            if token.type in PROSE_TOKENS:
                yield token.start[0], token.string


@pytest.mark.parametrize("patterns", [DOCUMENTS, PAGES, CODE], ids=["documents", "pages", "code"])
def test_no_banned_phrase_is_used(patterns: tuple[str, ...]) -> None:
    instead = banned()
    pattern = pattern_of(list(instead))
    found = []
    for path in committed(*patterns):
        for first, text in prose_of(path):
            for match in pattern.finditer(text):
                line = first + text.count("\n", 0, match.start())
                phrase = re.sub(r"[\s#*]+", " ", match.group()).lower()
                found.append(f"{path.relative_to(ROOT)}:{line}: {phrase!r}; write: {instead[phrase]}")

    assert found == []


def test_a_phrase_is_found_across_lines_and_only_as_complete_words() -> None:
    pattern = pattern_of(["hand in", "lies"])

    assert [
        match.group() for match in pattern.finditer("Hand\n    in what it relies on, lies-in, it lies.")
    ] == [
        "Hand\n    in",
        "lies",
    ]


def test_strings_and_comments_are_prose_and_names_are_not(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('lies = 1\n# a comment\n# over lines\ntext = f"a {lies} message"\n')

    pieces = list(prose_of(module))

    assert pieces[0] == (2, "# a comment\n# over lines\n")
    assert [first for first, text in pieces if "message" in text] == [4]
    assert [text for _, text in pieces if "= 1" in text] == []
