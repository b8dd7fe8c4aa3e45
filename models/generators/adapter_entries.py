"""Creates a registry entry for each adapter. An adapter is a TOML file that describes a model."""

import os
from collections.abc import Sequence
from pathlib import Path

from models.generators.base import BadInput, CannotRun, Generator
from models.generators.checkouts import Checkout
from models.generators.entries import GeneratorEntry
from models.generators.hub import cached_snapshot, missing_snapshot_reason
from models.generators.local_copies import local_folder
from models.generators.machine import gpu_too_small, missing_package
from models.generators.recipe_weights import Weights
from models.generators.recipes import (
    DiffusersRecipe,
    HostedRecipe,
    SubprocessRecipe,
    read_recipe,
    recipe_sha256,
)
from models.generators.revisions import pinned_revision
from models.generators.settings import generator_settings

_SHIPPED = Path(__file__).parent / "adapters"


def shipped_adapter(name: str) -> Path:
    """Return the path of an adapter in the package."""
    return _SHIPPED / f"{name}.toml"


def user_adapters() -> list[Path]:
    """Return the TOML files in the folder TI2V_ADAPTERS."""
    folder = generator_settings().adapters
    return sorted(folder.glob("*.toml")) if folder else []


def adapter_path(name: str) -> Path | None:
    """Return a model's TOML file.

    If the user and the package both have a file for the model, return the user's file. If neither the user
    nor the package has a file, return None.
    """
    found = [
        path for path in [*user_adapters(), shipped_adapter(name)] if path.stem == name and path.exists()
    ]
    return found[0] if found else None


def adapter_entry(path: Path) -> GeneratorEntry:
    """Return the registry entry of an adapter (the TOML file that describes a model).

    Raises:
        InvalidRecipe: the file is invalid.
    """
    recipe = read_recipe(path)
    if isinstance(recipe, SubprocessRecipe):
        return _subprocess_entry(recipe, recipe_sha256(path))
    if isinstance(recipe, HostedRecipe):
        return _hosted_entry(recipe, recipe_sha256(path))
    return _diffusers_entry(recipe, recipe_sha256(path))


def _hosted_entry(recipe: HostedRecipe, sha256: str) -> GeneratorEntry:
    price = f"{recipe.price.per_clip:g} {recipe.price.currency}"

    def create(folder: Path | None) -> Generator:
        if folder is not None:
            raise BadInput(f"{recipe.name} has no weights. Omit --checkpoint.")
        from models.generators.hosted_adapter import HostedGenerator

        return HostedGenerator(recipe, recipe_sha256=sha256, budget=generator_settings().api_budget)

    def unavailable_reason() -> str | None:
        if not os.environ.get(recipe.api.key_variable):
            return f"The environment variable {recipe.api.key_variable} with the key of the API is not set."
        if generator_settings().api_budget < recipe.price.per_clip:
            return f"A clip costs {price}. Set TI2V_API_BUDGET to the amount that one process may spend."
        return None

    return GeneratorEntry(
        name=recipe.name,
        title=recipe.title,
        licence=recipe.licence,
        weights=f"hosted; {price} per clip",
        native=recipe.native.to_format(),
        needs=f"a key in {recipe.api.key_variable} and a budget in TI2V_API_BUDGET",
        verified=recipe.verified,
        batch=recipe.batch,
        unavailable_reason=unavailable_reason,
        create=create,
    )


def _subprocess_entry(recipe: SubprocessRecipe, sha256: str) -> GeneratorEntry:
    def create(folder: Path | None) -> Generator:
        from models.generators.subprocess_adapter import SubprocessGenerator

        return SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256=sha256)

    return GeneratorEntry(
        name=recipe.name,
        title=recipe.title,
        licence=recipe.licence,
        weights="; ".join(map(str, recipe.weights)),
        native=recipe.native.to_format(),
        needs=f"a GPU with {recipe.gpu_gib:g} GiB, its own environment (Python {recipe.environment.python})",
        verified=recipe.verified,
        batch=recipe.batch,
        unavailable_reason=lambda: Checkout(recipe).unavailable_reason_here(),
        create=create,
    )


def _diffusers_entry(recipe: DiffusersRecipe, sha256: str) -> GeneratorEntry:
    (weights,) = recipe.weights

    def create(folder: Path | None) -> Generator:
        # A folder of the user holds a complete pipeline; only the LoRAs have files of their own.
        used = recipe.model_copy(update={"components": ()}) if folder else recipe
        own_files = used.all_weights[1:]
        missing = _missing_weights_reason(recipe.name, own_files if folder else used.all_weights)
        if problem := missing_network_package() or missing:
            raise CannotRun(f"{recipe.name} cannot run on this machine. {problem}")
        from models.generators.diffusers_adapter import DiffusersGenerator

        parts = {each.source: local_folder(_snapshot(each)) for each in own_files}
        revision = "" if folder else pinned_revision(weights)
        return DiffusersGenerator(
            used,
            local_folder(folder or _snapshot(weights)),
            parts=parts,
            revision=revision,
            recipe_sha256=sha256,
        )

    return GeneratorEntry(
        name=recipe.name,
        title=recipe.title,
        licence=recipe.licence,
        weights="; ".join(map(str, recipe.all_weights)),
        native=recipe.native.to_format(),
        needs=", ".join([f"a GPU with {recipe.gpu_gib:g} GiB", "the worker's packages", *recipe.packages]),
        verified=recipe.verified,
        batch=2 if recipe.batches else 1,
        unavailable_reason=lambda: (
            missing_network_package()
            or _missing_extra_package(recipe)
            or gpu_too_small(recipe.gpu_gib)
            or _missing_weights_reason(recipe.name, recipe.all_weights)
        ),
        create=create,
    )


def _snapshot(weights: Weights) -> Path:
    snapshot = cached_snapshot(weights)
    assert snapshot is not None  # checked by missing_snapshot_reason
    return snapshot


def _missing_weights_reason(name: str, weights: Sequence[Weights]) -> str | None:
    reasons = (missing_snapshot_reason(name, each) for each in weights)
    return next((reason for reason in reasons if reason is not None), None)


def missing_network_package() -> str | None:
    """Return a message if torch, diffusers or transformers is not installed; None if all are installed."""
    missing = missing_package(("torch", "diffusers", "transformers"))
    return f"The package {missing} is not installed; run: make worker" if missing else None


def _missing_extra_package(recipe: DiffusersRecipe) -> str | None:
    missing = missing_package(recipe.packages)
    return (
        f"The model needs the package {missing}, in the build that matches the installed torch."
        if missing
        else None
    )
