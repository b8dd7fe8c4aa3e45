"""Adapters as rows of the table: the TOML files of this folder, and your own."""

from pathlib import Path

from models.generators.base import CannotRun, Generator
from models.generators.checkouts import Checkout
from models.generators.entries import GeneratorEntry
from models.generators.hub import cached_snapshot, why_not_cached
from models.generators.machine import gpu_too_small, missing_package
from models.generators.recipes import (
    DiffusersRecipe,
    SubprocessRecipe,
    read_recipe,
    recipe_sha256,
)
from models.generators.revisions import pinned_revision
from models.generators.settings import generator_settings

_SHIPPED = Path(__file__).parent / "adapters"


def shipped_adapter(name: str) -> Path:
    return _SHIPPED / f"{name}.toml"


def own_adapters() -> list[Path]:
    """Return the TOML files of the folder that TI2V_ADAPTERS names."""
    folder = generator_settings().adapters
    return sorted(folder.glob("*.toml")) if folder else []


def adapter_path(name: str) -> Path | None:
    """Return the TOML file of a model, yours or ours; None for models that are no adapters."""
    found = [path for path in [*own_adapters(), shipped_adapter(name)] if path.stem == name and path.exists()]
    return found[0] if found else None


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
    (weights,) = recipe.weights

    def opened(folder: Path | None) -> Generator:
        place = folder or cached_snapshot(weights)
        if problem := missing_network_package() or (None if place else why_not_cached(recipe.name, weights)):
            raise CannotRun(f"{recipe.name} cannot run here. {problem}")
        assert place is not None
        from models.generators.diffusers_adapter import DiffusersGenerator

        revision = "" if folder else pinned_revision(weights)
        return DiffusersGenerator(recipe, place, revision=revision, recipe_sha256=sha256)

    return GeneratorEntry(
        name=recipe.name,
        title=recipe.title,
        licence=recipe.licence,
        weights=str(weights),
        native=recipe.native.as_form(),
        needs=", ".join([f"a GPU with {recipe.gpu_gib:g} GiB", "the worker's packages", *recipe.packages]),
        verified=recipe.verified,
        batch=2 if recipe.batches else 1,
        why_not=lambda: (
            missing_network_package()
            or _missing_beyond(recipe)
            or gpu_too_small(recipe.gpu_gib)
            or why_not_cached(recipe.name, weights)
        ),
        open=opened,
    )


def missing_network_package() -> str | None:
    """Say which package a network needs that is not installed."""
    missing = missing_package(("torch", "diffusers", "transformers"))
    return f"The package {missing} is not installed; run: make worker" if missing else None


def _missing_beyond(recipe: DiffusersRecipe) -> str | None:
    missing = missing_package(recipe.packages)
    return f"It needs the package {missing}, in the build that fits torch." if missing else None
