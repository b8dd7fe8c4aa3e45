"""Patching constants in a copy of a script."""

from pathlib import Path

import pytest
from pydantic import JsonValue

from models.generators.base import CannotRun
from models.generators.recipe_tables import Script
from models.generators.script_copy import patch_script

TEXT = '''\
#!/usr/bin/env python
"""Says something."""

import os  # for the environment
from random import random; number = 0

os.environ["PLACE"] = "there"
text = ("written over "
        "two lines")
size: int = 64; after = "é"; late = -1
for _ in range(2):
    text = text + "!"
drawn = random()
'''


def changed(
    folder: Path, settings: dict[str, JsonValue], *, text: str | bytes = TEXT, seeds: str = ""
) -> str:
    """Return the source code of the patched script."""
    (folder / "say.py").write_bytes(text.encode() if isinstance(text, str) else text)
    script = Script.model_validate({"path": "say.py", "settings": settings, "seeds": seeds.split()})
    return patch_script(folder, script, settings, seed=7).decode()


def seen(text: str) -> dict[str, object]:
    """Run a script and return the names that it defines."""
    names: dict[str, object] = {}
    exec(compile(text, "say.py", "exec"), names)
    return names


@pytest.mark.parametrize(
    "value",
    [
        'It\'s "quoted".',
        "Ends with a backslash \\",
        '""" + __import__("os").getcwd() + """',
        "two\nlines\r\nand\ttabs\x00",
        "çà et là 猫 🎈 \udc80",
        "{seed} %s ${HOME}",
        -3,
        0.5,
        True,
        None,
        ["a", {"b": 1}],
    ],
)
def test_a_value_reaches_the_script_unchanged(value: JsonValue, tmp_path: Path) -> None:
    assert seen(changed(tmp_path, {"after": value}))["after"] == value


def test_only_the_assigned_values_change(tmp_path: Path) -> None:
    settings: dict[str, JsonValue] = {"os.environ['PLACE']": "here", "size": 8, "late": 2}

    text = changed(tmp_path, settings)

    expected = TEXT.replace('"there"', "'here'").replace("= 64", "= 8").replace("= -1", "= 2")
    assert text == expected


def test_a_constant_that_spans_several_lines_is_replaced_completely(tmp_path: Path) -> None:
    assert seen(changed(tmp_path, {"text": "one"}))["text"] == "one!!"


def test_seeding_is_inserted_on_the_line_of_the_last_import(tmp_path: Path) -> None:
    text = changed(tmp_path, {"size": 8}, seeds="random numpy")

    assert text.splitlines()[4] == (
        "from random import random; __import__('random').seed(7); "
        "__import__('numpy').random.seed(7 % 2**32); number = 0"
    )
    assert seen(text)["drawn"] == seen(text)["drawn"]


def test_torch_is_seeded_too(tmp_path: Path) -> None:
    names = seen(
        changed(tmp_path, {"a": 1}, text="import torch\na = 0\nb = torch.rand(3).tolist()\n", seeds="torch")
    )
    import torch

    assert names["b"] == torch.rand(3, generator=torch.Generator().manual_seed(7)).tolist()


def test_the_encoding_of_a_script_is_kept(tmp_path: Path) -> None:
    (tmp_path / "say.py").write_bytes("# coding: latin-1\nword = 'é'\nother = ''\n".encode("latin-1"))
    script = Script(path="say.py", settings={"other": "ü"})

    text = patch_script(tmp_path, script, {"other": "ü"}, seed=0)

    assert text == "# coding: latin-1\nword = 'é'\nother = '\\xfc'\n".encode("latin-1")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("other = 1\n", "assigns a constant to size 0 times instead of once"),
        ("size = 1\nsize = 2\n", "assigns a constant to size 2 times"),
        ("size = 1\ndef main():\n    size = 2\n", "assigns a constant to size 2 times"),
        ("size = int('1')\n", "assigns a constant to size 0 times"),
        ("width = size = 1\n", "assigns a constant to size 0 times"),
        ("size += 1\n", "assigns a constant to size 0 times"),
        ("print 'size'\n", "cannot be read: "),
        (b"size = '\xff'\n", "cannot be read: "),
    ],
)
def test_a_script_without_the_expected_constants_is_refused(
    text: str | bytes, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(CannotRun, match=r"The script .*say\.py.*" + problem):
        changed(tmp_path, {"size": 8}, text=text)


def test_a_missing_script_is_refused(tmp_path: Path) -> None:
    script = Script(path="nowhere.py", settings={"size": 8})

    with pytest.raises(CannotRun, match=r"nowhere\.py cannot be read"):
        patch_script(tmp_path, script, {"size": 8}, seed=0)


def test_a_script_without_imports_cannot_be_seeded(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no imports at its beginning"):
        changed(tmp_path, {"size": 8}, text='"""Words."""\nsize = 1\n', seeds="random")
