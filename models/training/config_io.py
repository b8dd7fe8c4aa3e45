"""Read a run's TOML file: `base = "paper.toml"` takes over another file, what follows changes it.

An ablation is one line beside its base, and a test holds it to that.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ValidationError

from models.training.cache import key_of
from models.training.config import TrainingConfig
from models.training.errors import BadConfig

Tree = dict[str, object]
_BASE = "base"
# Settings a run may change when it goes on, and one among them that it may not.
_FREE = ("run.", "validation.", "optimiser.steps", "name")
_FIXED = ("run.precision",)


def shipped_configs() -> list[Path]:
    """Return the configs that come with the package, in alphabetical order."""
    return sorted(Path(str(files("models"))).joinpath("configs").glob("*.toml"))


def read_config(path: Path) -> TrainingConfig:
    """Return the run a file describes.

    Raises:
        BadConfig: the file or one it extends is missing, no TOML, or has an unknown or impossible setting.
    """
    tree = _tree(path, ())
    _check_keys(tree, TrainingConfig, path.name)
    tree.setdefault("name", path.stem)
    return config_of(tree, path.name)


def shipped_or_path(named: Path) -> Path:
    """Return the shipped config of that name, where no file has it and it is a bare name."""
    shipped = {path.stem: path for path in shipped_configs()}
    return named if named.exists() or len(named.parts) > 1 else shipped.get(named.stem, named)


def changed(config: TrainingConfig, *, seed: int | None, steps: int | None) -> TrainingConfig:
    """Return a config with another seed or number of steps; None keeps the config's."""
    tree = config.model_dump(mode="json")
    tree["seed"] = config.seed if seed is None else seed
    tree["optimiser"]["steps"] = config.optimiser.steps if steps is None else steps
    return config_of(tree, config.name)


def config_of(tree: Mapping[str, object], named: str) -> TrainingConfig:
    """Return the config of settings by section; `named` is what a message calls their file.

    Raises:
        BadConfig: a setting is missing or impossible.
    """
    try:
        return TrainingConfig.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise BadConfig(f"{named}: {where + ': ' if where else ''}{what}.") from error


def settings_by_name(config: TrainingConfig) -> dict[str, object]:
    """Return every setting as `section.key`, to compare two runs."""
    return dict(_flat(config.model_dump(mode="json")))


def settings_key(config: TrainingConfig) -> str:
    """Return a hash of all settings that a checkpoint's numbers depend on."""
    settings = settings_by_name(config)
    return key_of({name: settings[name] for name in settings if name in _FIXED or not name.startswith(_FREE)})


def as_toml(config: TrainingConfig) -> str:
    """Return a TOML file that `read_config` reads as this config, every setting written out."""
    tree = config.model_dump(mode="json")
    plain = {key: value for key, value in tree.items() if not isinstance(value, dict)}
    lines = [f"{key} = {_literal(value)}" for key, value in plain.items()]
    for section, values in tree.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]", *(f"{key} = {_literal(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _tree(path: Path, seen: tuple[Path, ...]) -> Tree:
    if path in seen:
        raise BadConfig(f"{path.name}: it extends itself, by way of {seen[-1].name}.")
    try:
        tree: Tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadConfig(f"{path}: there is no such config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path.name}: this is no TOML: {error}.") from error
    extended = tree.pop(_BASE, None)
    if extended is None:
        return tree
    if not isinstance(extended, str):
        raise BadConfig(f"{path.name}: {_BASE} names one other file, such as 'paper.toml'.")
    below = _tree((path.parent / extended).resolve(), (*seen, path))
    below.pop("name", None)
    return _merged(below, tree)


def _merged(below: Tree, above: Tree) -> Tree:
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        both[key] = _merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return both


def _check_keys(tree: Tree, known: type[BaseModel], named: str, inside: str = "") -> None:
    for key, value in tree.items():
        field = known.model_fields.get(key)
        if field is None:
            raise BadConfig(_unknown(f"{inside}{key}", [inside + name for name in known.model_fields], named))
        section = field.annotation
        if isinstance(value, dict) and isinstance(section, type) and issubclass(section, BaseModel):
            _check_keys(value, section, named, f"{inside}{key}.")


def _unknown(key: str, names: list[str], named: str) -> str:
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.0)
    return f"{named}: there is no setting {key!r}; the nearest is {near[0]!r}."


def _flat(tree: Mapping[str, object], inside: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{inside}{key}.")
        else:
            yield f"{inside}{key}", value


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
