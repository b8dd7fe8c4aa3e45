"""Names of modules are standard nouns, few names are repeated, and each layer has its own files."""

import re
from collections import defaultdict
from pathlib import Path

from tests.whole.tree import ROOT, modules

LAYERS = {"routes", "view_models", "view_builder", "forms", "service", "queries", "__init__"}
MOST_MODULES_OF_A_NAME = 4
# Nouns of the field that end in -ing. A module is named by what it holds, not by what somebody does with it.
NOUNS_IN_ING = {
    "conditioning",
    "encoding",
    "flickering",
    "logging",
    "padding",
    "rating",
    "rendering",
    "rounding",
    "sampling",
    "scheduling",
    "scoring",
    "staging",
    "streaming",
    "voting",
}
# Says nothing about what is inside.
EMPTY_WORDS = {
    "data",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "page",
    "pages",
    "process",
    "util",
    "utils",
}


def where(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_name_is_given_to_more_than_four_modules() -> None:
    by_name = defaultdict(list)
    for path in modules():
        by_name[path.stem].append(path)

    repeated = {
        name: where(paths)
        for name, paths in by_name.items()
        if name not in LAYERS and len(paths) > MOST_MODULES_OF_A_NAME
    }

    assert repeated == {}


def test_no_module_is_named_by_a_gerund() -> None:
    gerunds = [
        path
        for path in modules()
        if any(word.endswith("ing") and word not in NOUNS_IN_ING for word in path.stem.split("_"))
    ]

    assert where(gerunds) == []


def test_every_allowed_noun_names_a_module() -> None:
    words = {word for path in modules() for word in path.stem.split("_")}

    assert NOUNS_IN_ING - words == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert where([path for path in modules() if path.stem in EMPTY_WORDS]) == []


def test_handlers_of_pages_are_in_files_named_routes() -> None:
    pages = [path for path in modules() if path.is_relative_to(ROOT / "app") and "api" not in path.parts]
    elsewhere = [
        path
        for path in pages
        if re.search(r"^router = ", path.read_text(), re.MULTILINE)
        and not re.fullmatch(r"(\w+_)?routes|health", path.stem)
    ]

    assert where(elsewhere) == []
