"""Writes the details of an audit event in one line."""

from collections.abc import Mapping


def details_text(details: Mapping[str, object]) -> str:
    """Return the details of an audit event in one line.

    >>> details_text({"version": 2, "changes": {"title": ["a", "b"]}})
    'version: 2; changes: title'
    """
    return "; ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in details.items())


def _plain(value: object) -> str:
    """Return a value as text; for a dictionary of changes, return only the names of the changed fields."""
    return ", ".join(map(str, value)) if isinstance(value, (dict, list)) else str(value)
