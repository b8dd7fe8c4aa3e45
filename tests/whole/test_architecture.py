"""ARCHITECTURE.md names only existing files and folders, and names every feature folder."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text()
# Folders that are described by their parent's line.
UNNAMED = {"__pycache__"}


def test_every_path_in_it_exists() -> None:
    named = set(re.findall(r"`((?:app|benchmark|models|ti2v_bench)/[\w/]+(?:\.py)?)/?`", TEXT))

    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_feature_folder_is_in_the_tree() -> None:
    tree = TEXT.split("```")[1]
    folders = {
        each.name
        for package in ("app", "benchmark", "models")
        for each in (ROOT / package).iterdir()
        if each.is_dir() and each.name not in UNNAMED
    }

    assert [name for name in sorted(folders) if f"{name}/" not in tree] == []


def test_every_module_of_the_top_level_in_the_tree_exists() -> None:
    tree = TEXT.split("```")[1]
    missing = [
        name
        for name in re.findall(r"(?<![\w/])(\w+\.py)", tree)
        if not any((ROOT / package / name).exists() for package in ("app", "benchmark"))
    ]

    assert missing == []
