"""Copies a script whose settings are constants in its text, with our values in their place.

The script stays its owner's: we know what its settings are called, read it where it stands, and keep none of
it. Seeding joins the line of the last import, so a line keeps its number in the copy, unless a constant was
written over several.
"""

import ast
import tokenize
from collections.abc import Iterator, Mapping
from itertools import accumulate, takewhile
from pathlib import Path

from pydantic import JsonValue

from models.generators.base import CannotRun
from models.generators.recipe_tables import Script

# No name of theirs is taken by an import of ours.
_SEEDING = {
    "random": "__import__('random').seed({seed})",
    "numpy": "__import__('numpy').random.seed({seed} % 2**32)",
    "torch": "__import__('torch').manual_seed({seed})",
}


def script_problem(checkout: Path, script: Script) -> str | None:
    """Say why the checkout's script cannot be changed as the adapter says; None if it can."""
    try:
        changed_script(checkout, script, script.settings, seed=0)
    except CannotRun as error:
        return str(error)
    return None


def changed_script(checkout: Path, script: Script, settings: Mapping[str, JsonValue], *, seed: int) -> bytes:
    """Return the script's text with each of the settings at its value.

    Args:
        settings: those of the script, filled in.

    Raises:
        CannotRun: it cannot be read, or does not set each of them to a constant exactly once.
    """
    path = checkout / script.path
    try:
        with tokenize.open(path) as file:
            source, encoding = file.read(), file.encoding
        tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError) as error:
        raise CannotRun(f"The script {path} cannot be read: {error}") from error
    edits = [(*_span(source, _constant(path, tree, name)), ascii(value)) for name, value in settings.items()]
    if script.seeds:
        _, end = _span(source, _last_import(path, tree))
        calls = "".join("; " + _SEEDING[each].format(seed=seed) for each in script.seeds)
        edits.append((end, end, calls))
    changed = source.encode()
    # From the end, so that what was counted before stays right.
    for start, end, text in sorted(edits, reverse=True):
        changed = changed[:start] + text.encode() + changed[end:]
    # What we wrote is ASCII, which every encoding of a script can say.
    return changed.decode().encode(encoding)


def is_target(name: str) -> bool:
    """Say whether Python could assign to it."""
    try:
        expression = ast.parse(name, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return isinstance(expression, ast.Name | ast.Attribute | ast.Subscript)


def _constant(path: Path, tree: ast.Module, name: str) -> ast.expr:
    """Return the one constant that is assigned to a name; other values, as in a loop, may be too."""
    wanted = ast.unparse(ast.parse(name, mode="eval"))
    found = [value for target, value in _assignments(tree) if ast.unparse(target) == wanted]
    constants = [value for value in found if _is_constant(value)]
    if len(constants) != 1:
        raise CannotRun(
            f"The script {path} sets {name} to a constant {len(constants)} times where once is expected: "
            "it is not that of the commit the adapter was written for"
        )
    return constants[0]


def _assignments(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value


def _is_constant(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError):
        return False
    return True


def _last_import(path: Path, tree: ast.Module) -> ast.stmt:
    """Return the last of the imports at the script's head."""
    head = list(takewhile(_is_head, tree.body))
    if not head or isinstance(head[-1], ast.Expr):
        raise CannotRun(f"The script {path} has no imports at its head, after which it could be seeded")
    return head[-1]


def _is_head(statement: ast.stmt) -> bool:
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return docstring or isinstance(statement, ast.Import | ast.ImportFrom)


def _span(source: str, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Return where it begins and ends in the UTF-8 of the source, which is what `ast` counts in."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    starts = [0, *accumulate(len(line) + 1 for line in source.encode().split(b"\n"))]
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
