"""Refuses query parameters that a route does not declare, and repetitions of single-valued parameters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_origin

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from starlette.datastructures import QueryParams

from app.errors import Invalid

# An error message repeats an unknown name only if the name looks like the name of a parameter.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_SEQUENCES = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class DeclaredQuery:
    """The query parameters that a route declares.

    `repeatable` contains the parameters that may occur several times in one query.
    """

    names: Sequence[str]
    repeatable: frozenset[str]

    def check(self, query: QueryParams) -> None:
        """Refuse a query with unknown or repeated parameters, which FastAPI would silently ignore.

        Raises:
            Invalid: a parameter is unknown (`unknown_parameter`), or repeated (`repeated_parameter`).
        """
        seen: set[str] = set()
        for name, _ in query.multi_items():
            if name not in self.names:
                raise Invalid(f"{_named(name)} {self._help()}", code="unknown_parameter")
            if name in seen and name not in self.repeatable:
                raise Invalid(f"{name}: send this query parameter only once.", code="repeated_parameter")
            seen.add(name)

    def _help(self) -> str:
        if not self.names:
            return "This route has no query parameters."
        return f"This route has: {', '.join(self.names)}."


def declared_query(dependant: Dependant) -> DeclaredQuery:
    """Return the query parameters of a route and its dependencies."""
    fields = [field for field in get_flat_params(dependant) if isinstance(field.field_info, params.Query)]
    return DeclaredQuery(
        names=sorted(field.alias for field in fields),
        repeatable=frozenset(
            field.alias for field in fields if get_origin(field.field_info.annotation) in _SEQUENCES
        ),
    )


def _named(name: str) -> str:
    if _NAME.fullmatch(name):
        return f"{name}: this query parameter is unknown."
    return "A query parameter is unknown."
