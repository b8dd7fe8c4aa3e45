"""Converts between the flat names of a form and nested values: `consent.sections.0.title` is a path."""

import re
from collections.abc import Collection, Mapping
from typing import Any

Texts = Mapping[str, str]
MAX_DEPTH = 8


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    r"""Return the innermost values of nested tables as texts, keyed by path.

    Values that are None are omitted. A list of texts becomes one text with one line for each item; a boolean
    becomes `yes` or `no`.

    >>> flattened({"quiz": {"questions": 4}, "options": ["A", "B"], "rows": [{"on": True}]})
    {'quiz.questions': '4', 'options': 'A\nB', 'rows.0.on': 'yes'}
    """
    texts: dict[str, str] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        match value:
            case None:
                pass
            case bool():
                texts[path] = "yes" if value else "no"
            case Mapping():
                texts |= flattened(value, f"{path}.")
            case list() | tuple() if all(isinstance(each, str) for each in value):
                texts[path] = "\n".join(value)
            case list() | tuple():
                texts |= flattened({str(row): each for row, each in enumerate(value)}, f"{path}.")
            case _:
                texts[path] = str(value)
    return texts


def nested(texts: Texts, *, lines: Collection[str]) -> dict[str, Any]:
    r"""Return the texts of a form as nested tables.

    A number in a path is the index of a row in a list. Empty texts are left out.

    Args:
        lines: the names of fields that hold a list; a name is the last part of a path. The text of these
            fields has one item on each line.

    Raises:
        ValueError: a path has too many parts, or a path with a text is also the beginning of another path.

    >>> nested({"quiz.questions": "4", "rows.0.on": "", "options": "A\n\nB"}, lines=["options"])
    {'quiz': {'questions': '4'}, 'rows': [{}], 'options': ['A', 'B']}
    """
    tree: dict[str, Any] = {}
    for path, text in texts.items():
        *parents, name = path.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise ValueError("a path continues below a text")
        if len(parents) > MAX_DEPTH or isinstance(place.get(name), dict):
            raise ValueError("a path is too long, or stops above other paths")
        if text.strip():
            place[name] = _lines(text) if name in lines else text
    return {name: _with_lists(value) for name, value in tree.items()}


def rows(texts: Texts, path: str) -> list[dict[str, str]]:
    """Return the rows of a list in a form.

    A row maps paths to texts; these paths start after the row's index.
    """
    numbered: dict[int, dict[str, str]] = {}
    for name, text in texts.items():
        row, _, rest = name.removeprefix(f"{path}.").partition(".")
        if _is_of_row(name, path):
            numbered.setdefault(int(row), {})[rest] = text
    return [numbered[row] for row in sorted(numbered)]


def with_rows(texts: Texts, path: str, wanted: list[dict[str, str]]) -> dict[str, str]:
    """Replace the rows of one list, and return the texts of the form."""
    others = {name: text for name, text in texts.items() if not _is_of_row(name, path)}
    return others | {
        f"{path}.{number}.{name}": text for number, row in enumerate(wanted) for name, text in row.items()
    }


def _is_of_row(name: str, path: str) -> bool:
    row, _, rest = name.removeprefix(f"{path}.").partition(".")
    return name.startswith(f"{path}.") and re.fullmatch("[0-9]{1,4}", row) is not None and bool(rest)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
