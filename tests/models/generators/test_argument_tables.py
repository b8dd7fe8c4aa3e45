"""docs/generators.md documents exactly the arguments of every subprocess adapter."""

import re
from pathlib import Path

import pytest
from pydantic import JsonValue

from models.generators.adapter_entries import shipped_adapter
from models.generators.recipes import SubprocessRecipe, read_recipe
from models.generators.registry import ADAPTERS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "generators.md"
RECIPES = [read_recipe(shipped_adapter(name)) for name in ADAPTERS]
SUBPROCESSES = [recipe for recipe in RECIPES if isinstance(recipe, SubprocessRecipe)]


def section(name: str) -> str:
    return DOCUMENT.read_text().partition(f"### `{name}`\n")[2].partition("\n### ")[0]


def keys(config: JsonValue) -> set[str]:
    if not isinstance(config, dict):
        return set()
    return set(config) | {key for value in config.values() for key in keys(value)}


def arguments(recipe: SubprocessRecipe) -> set[str]:
    flags = {each for each in recipe.command if each.startswith("--")}
    dotted = {each.split("=")[0] for each in recipe.command if re.match(r"[a-z_]+=", each)}
    settings = set(recipe.script.settings) if recipe.script else set()
    return flags | dotted | settings | keys(dict(recipe.staging.config))


@pytest.mark.parametrize("recipe", SUBPROCESSES, ids=lambda recipe: recipe.name)
def test_exactly_the_used_arguments_are_documented(recipe: SubprocessRecipe) -> None:
    explained = set(re.findall(r"^\| `([^`]+)`", section(recipe.name), re.MULTILINE))

    assert explained == arguments(recipe)


@pytest.mark.parametrize("recipe", SUBPROCESSES, ids=lambda recipe: recipe.name)
def test_the_documented_commit_is_the_one_in_the_adapter(recipe: SubprocessRecipe) -> None:
    assert f"`{recipe.repository.commit}`" in section(recipe.name)
