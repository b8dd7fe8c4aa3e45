"""Patches constants in a copy of a script, for programs whose settings are constants in the source code.

The adapter contains only the names of the constants; the script is read from the user's checkout. The code
that seeds random generators is inserted on the line of the script's last import. Line numbers in the copy
therefore equal the line numbers in the script, except after a constant that spans several lines.
"""

import ast
import tokenize
from collections.abc import Iterator, Mapping
from itertools import accumulate, takewhile
from pathlib import Path

from pydantic import JsonValue

from models.generators.base import CannotRun
from models.generators.recipe_tables import Script

# `__import__` defines no names that could collide with the script's names.
_SEEDING = {
    "random": "__import__('random').seed({seed})",
    "numpy": "__import__('numpy').random.seed({seed} % 2**32)",
    "torch": "__import__('torch').manual_seed({seed})",
}


def script_problem(checkout: Path, script: Script) -> str | None:
    """Return why the script in the checkout cannot be patched; None if patching is possible."""
    try:
        patch_script(checkout, script, script.settings, seed=0)
    except CannotRun as error:
        return str(error)
    return None


def patch_script(checkout: Path, script: Script, settings: Mapping[str, JsonValue], *, seed: int) -> bytes:
    """Return the script's source code with new values of the constants, in the encoding of the script.

    Args:
        checkout: folder of the repository.
        script: the table `[script]` of the adapter: the script's path, and the libraries to seed.
        settings: new values, keyed by the constant's name; placeholders in the values are already replaced.
        seed: seed of the libraries' random generators.

    Raises:
        CannotRun: the script cannot be read, or does not assign a constant to each name exactly once.
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
    patched = source.encode()
    # Apply edits from the end, so that earlier positions stay valid.
    for start, end, text in sorted(edits, reverse=True):
        patched = patched[:start] + text.encode() + patched[end:]
    # The inserted text is ASCII, which every source encoding can represent.
    return patched.decode().encode(encoding)


def is_assignable(name: str) -> bool:
    """Return whether the text is a valid assignment target in Python."""
    try:
        expression = ast.parse(name, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return isinstance(expression, ast.Name | ast.Attribute | ast.Subscript)


def _constant(path: Path, tree: ast.Module, name: str) -> ast.expr:
    """Return the constant that a script assigns to a name; there must be exactly one such assignment.

    Assignments of non-constant expressions are ignored.
    """
    wanted = ast.unparse(ast.parse(name, mode="eval"))
    found = [value for target, value in _assignments(tree) if ast.unparse(target) == wanted]
    constants = [value for value in found if _is_constant(value)]
    if len(constants) != 1:
        raise CannotRun(
            f"The script {path} assigns a constant to {name} {len(constants)} times instead of once. The "
            "script is not from the commit for which the adapter was written"
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
    """Return the last of the imports at the beginning of the script."""
    header = list(takewhile(_is_header, tree.body))
    if not header or isinstance(header[-1], ast.Expr):
        raise CannotRun(f"The script {path} has no imports at its beginning, so it cannot be seeded")
    return header[-1]


def _is_header(statement: ast.stmt) -> bool:
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return docstring or isinstance(statement, ast.Import | ast.ImportFrom)


def _span(source: str, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Return the start and end of a node in the UTF-8 source; `ast` counts columns in UTF-8 bytes."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    starts = [0, *accumulate(len(line) + 1 for line in source.encode().split(b"\n"))]
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
