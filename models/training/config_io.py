"""Reads and writes training configs as TOML files.

The key `base = "paper.toml"` inherits the settings of another file; all other keys override inherited
settings. A test checks that the file of each ablation names a base file and overrides one setting.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.training.cache import hash_key
from models.training.config import TrainingConfig
from models.training.errors import BadConfig

Tree = dict[str, object]
S = TypeVar("S", bound=BaseModel)
_BASE = "base"
# Settings with these prefixes may change when a run is resumed, except for the settings in `_FIXED`.
_CHANGEABLE = ("run.", "validation.", "optimiser.steps", "name")
_FIXED = ("run.precision",)


def shipped_configs() -> list[Path]:
    """Return the paths of the configs in the package, sorted by name."""
    return sorted(Path(str(files("models"))).joinpath("configs").glob("*.toml"))


def read_config(path: Path) -> TrainingConfig:
    """Read a config file and its base files.

    Raises:
        BadConfig: a file is missing or not TOML, or a setting is unknown, missing or invalid.
    """
    return read_settings(path, TrainingConfig)


def read_settings(path: Path, model: type[S]) -> S:
    """Read a TOML file and its base files as the settings of a class.

    If the file has no key `name`, the name is taken from the file's name.

    Raises:
        BadConfig: a file is missing or not TOML, or a setting is unknown, missing or invalid.
    """
    tree = _read_tree(path, ())
    _check_keys(tree, model, path.name)
    tree.setdefault("name", path.stem)
    return parse_settings(tree, path.name, model)


def resolve_config_path(path: Path) -> Path:
    """Return the path of a config file.

    If no file has this name, a name without a folder selects a config of the package.
    """
    shipped = {path.stem: path for path in shipped_configs()}
    return path if path.exists() or len(path.parts) > 1 else shipped.get(path.stem, path)


def with_overrides(config: TrainingConfig, *, seed: int | None, steps: int | None) -> TrainingConfig:
    """Return a config with another seed or number of steps; None means that the value does not change."""
    tree = config.model_dump(mode="json")
    tree["seed"] = config.seed if seed is None else seed
    tree["optimiser"]["steps"] = config.optimiser.steps if steps is None else steps
    return parse_config(tree, config.name)


def parse_config(tree: Mapping[str, object], source: str) -> TrainingConfig:
    """Validate settings, grouped by section, and return the config.

    Args:
        tree: the settings, as nested mappings.
        source: name of the settings' file, for error messages.

    Raises:
        BadConfig: a setting is missing or invalid.
    """
    return parse_settings(tree, source, TrainingConfig)


def parse_settings(tree: Mapping[str, object], source: str, model: type[S]) -> S:
    """Validate the settings of any class of configs; see `parse_config`."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise BadConfig(f"{source}: {where + ': ' if where else ''}{what}.") from error


def settings_by_name(config: TrainingConfig) -> dict[str, object]:
    """Return all settings as a flat mapping with keys `section.key`."""
    return dict(_flatten(config.model_dump(mode="json")))


def settings_key(config: TrainingConfig) -> str:
    """Return a hash of the settings that must not change when a run is resumed."""
    settings = settings_by_name(config)
    fixed = [name for name in settings if name in _FIXED or not name.startswith(_CHANGEABLE)]
    return hash_key({name: settings[name] for name in fixed})


def to_toml(config: BaseModel) -> str:
    """Return a config as TOML text that states every setting. `read_config` can read the TOML text."""
    tree = config.model_dump(mode="json")
    plain = {key: value for key, value in tree.items() if not isinstance(value, dict)}
    lines = [f"{key} = {_literal(value)}" for key, value in plain.items()]
    for section, values in tree.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]", *(f"{key} = {_literal(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _read_tree(path: Path, seen: tuple[Path, ...]) -> Tree:
    """Return the settings of a file and its base files; the file's settings override the base settings.

    `seen` detects cycles.
    """
    if path in seen:
        raise BadConfig(f"{path.name}: the config is its own base, through {seen[-1].name}.")
    try:
        tree: Tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadConfig(f"{path}: there is no such config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path.name}: the file is not valid TOML: {error}.") from error
    base = tree.pop(_BASE, None)
    if base is None:
        return tree
    if not isinstance(base, str):
        raise BadConfig(f"{path.name}: {_BASE} must be the name of one file, such as 'paper.toml'.")
    base_tree = _read_tree((path.parent / base).resolve(), (*seen, path))
    base_tree.pop("name", None)
    return _merge(base_tree, tree)


def _merge(base: Tree, overrides: Tree) -> Tree:
    merged = dict(base)
    for key, value in overrides.items():
        inherited = merged.get(key)
        if isinstance(inherited, dict) and isinstance(value, dict):
            value = _merge(inherited, value)
        merged[key] = value
    return merged


def _check_keys(tree: Tree, model: type[BaseModel], source: str, prefix: str = "") -> None:
    for key, value in tree.items():
        field = model.model_fields.get(key)
        if field is None:
            known = [prefix + name for name in model.model_fields]
            raise BadConfig(_unknown_setting(f"{prefix}{key}", known, source))
        section = field.annotation
        if isinstance(value, dict) and isinstance(section, type) and issubclass(section, BaseModel):
            _check_keys(value, section, source, f"{prefix}{key}.")


def _unknown_setting(key: str, known: list[str], source: str) -> str:
    closest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return f"{source}: unknown setting {key!r}; did you mean {closest[0]!r}?"


def _flatten(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _literal(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value)
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case _:
            return repr(value)
