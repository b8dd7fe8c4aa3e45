"""Adapters as rows of the table: the TOML files of this folder, and your own."""

from pathlib import Path

from models.generators.base import Generator
from models.generators.checkouts import Checkout
from models.generators.entries import GeneratorEntry
from models.generators.recipes import (
    DiffusersRecipe,
    SubprocessRecipe,
    read_recipe,
    recipe_sha256,
)
from models.generators.settings import generator_settings

_SHIPPED = Path(__file__).parent / "adapters"


def shipped_adapter(name: str) -> Path:
    return _SHIPPED / f"{name}.toml"


def own_adapters() -> list[Path]:
    """Return the TOML files of the folder that TI2V_ADAPTERS names."""
    folder = generator_settings().adapters
    return sorted(folder.glob("*.toml")) if folder else []


def adapter_entry(path: Path) -> GeneratorEntry:
    """Return an adapter's row.

    Raises:
        RecipeProblem: the file is wrong.
    """
    recipe = read_recipe(path)
    if isinstance(recipe, SubprocessRecipe):
        return _subprocess_entry(recipe, recipe_sha256(path))
    return _diffusers_entry(recipe, recipe_sha256(path))


def _subprocess_entry(recipe: SubprocessRecipe, sha256: str) -> GeneratorEntry:
    def opened(folder: Path | None) -> Generator:
        from models.generators.subprocess_adapter import SubprocessGenerator

        return SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256=sha256)

    return GeneratorEntry(
        name=recipe.name,
        title=recipe.title,
        licence=recipe.licence,
        weights="; ".join(map(str, recipe.weights)),
        native=recipe.native.as_form(),
        needs=f"a GPU with {recipe.gpu_gib:g} GiB, its own environment (Python {recipe.environment.python})",
        verified=recipe.verified,
        batch=recipe.batch,
        why_not=lambda: Checkout(recipe).why_not_here(),
        open=opened,
    )


def _diffusers_entry(recipe: DiffusersRecipe, sha256: str) -> GeneratorEntry:
    raise NotImplementedError
