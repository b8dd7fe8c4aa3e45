"""The documentation: one table of contents that names every page, and links that resolve."""

import re
from collections import Counter
from pathlib import Path

from tests.whole.tree import ROOT, committed

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
FENCE = re.compile(r"```.*?```", re.DOTALL)
# A paragraph that begins with a header row and its separator.
TABLE = re.compile(r"^\|[^\n]*\n\|[ :|-]+\n(?:[^\n]+\n)*", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def links_of(document: Path) -> list[str]:
    """Return the targets of all links to files in the repository."""
    text = CODE.sub("", document.read_text())
    return [
        target for target in LINK.findall(text) if "://" not in target and not target.startswith("mailto:")
    ]


def anchors_of(document: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    seen: Counter[str] = Counter()
    anchors = set()
    for heading in HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        anchors.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return anchors


def test_the_table_of_contents_names_every_page_once() -> None:
    named = Counter(target.partition("#")[0] for target in links_of(DOCS / "README.md"))

    pages = {path.name for path in committed("docs/*.md") if path.parent == DOCS} - {"README.md"}
    here = {name: count for name, count in named.items() if not name.startswith(("../", "decisions/"))}
    assert here == dict.fromkeys(pages, 1)


def test_the_list_of_decisions_names_every_decision_once() -> None:
    folder = DOCS / "decisions"
    named = Counter(target for target in links_of(folder / "README.md") if not target.startswith("../"))

    pages = {path.name for path in committed("docs/decisions/*.md")} - {"README.md"}
    assert named == dict.fromkeys(pages, 1)


def test_every_relative_link_resolves_to_a_file_and_a_heading() -> None:
    broken = []
    for document in committed("*.md"):
        for target in links_of(document):
            name, _, anchor = target.partition("#")
            linked = (document.parent / name).resolve() if name else document
            if not linked.exists() or (
                anchor and linked.suffix == ".md" and anchor not in anchors_of(linked)
            ):
                broken.append(f"{document.relative_to(ROOT)}: {target}")

    assert broken == []


def test_every_row_of_a_table_has_the_cells_of_its_header() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {row[:80]}"
        for document in committed("*.md")
        for table in TABLE.findall(FENCE.sub("", document.read_text()))
        for row in table.splitlines()
        if not row.endswith("|") or cells_of(row) != cells_of(table.splitlines()[0])
    ]

    assert broken == []


def cells_of(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row)))


def test_no_table_is_wrapped_into_a_paragraph() -> None:
    wrapped = [
        f"{document.relative_to(ROOT)}: {line[:80]}"
        for document in committed("*.md")
        for line in FENCE.sub("", document.read_text()).splitlines()
        if re.search(r"\|\s*:?-{3,}:?\s*\|", line) and not re.fullmatch(r"\s*\|[ :|-]+", line)
    ]

    assert wrapped == []


def test_every_proof_of_a_promise_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "promises.md").read_text())

    assert len(named) > 20
    missing = [f"{path}::{test}" for path, test in named if not _defines(ROOT / path, test)]
    assert missing == []


def _defines(path: Path, test: str) -> bool:
    return path.exists() and f"\ndef {test}(" in path.read_text()
