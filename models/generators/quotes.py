"""Reads texts of the installed diffusers, such as official negative prompts.

Instead of copying a text, an adapter names the file and the hash of the text.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import Field

from models.generators.base import CannotRun
from models.generators.recipe_tables import RecipeTable

# One or several adjacent string literals in the code example of a docstring.
_LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:\.\.\.)?\s*"(?:[^"\\\n]|\\.)*")*')


class Quote(RecipeTable):
    """A string literal in a file of diffusers, possibly in the code example of a docstring.

    Attributes:
        file: path of the file inside the package diffusers.
        sha256: hash of the text in UTF-8. The hash identifies the exact text. If the installed diffusers does
            not contain exactly this text, the model refuses to run.
    """

    file: Annotated[str, Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*\.py$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    def __str__(self) -> str:
        return f"text {self.sha256[:12]} of diffusers/{self.file}"


def read_quote(quote: Quote) -> str:
    """Return the quoted text.

    Raises:
        CannotRun: the installed diffusers has no such file, or the file does not contain the text.
    """
    texts = _texts(quote.file)
    if quote.sha256 not in texts:
        raise CannotRun(
            f"The installed diffusers does not contain the {quote}. Install the version of "
            "diffusers that constraints.txt names, or write an adapter of your own with the text in [call]."
        )
    return texts[quote.sha256]


@cache
def _texts(file: str) -> dict[str, str]:
    """Return all string literals of a file, keyed by hash; if the file is missing, an empty dictionary."""
    package = find_spec("diffusers")  # finds the files without the slow import
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / file
    if not path.is_file():
        return {}
    found = set(_literals(ast.parse(path.read_text(encoding="utf-8"))))
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in found}


def _literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            for match in _LITERALS.finditer(node.value):
                yield ast.literal_eval(f"({match[0].replace('...', ' ')})")
