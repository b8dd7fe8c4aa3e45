"""Reads the configs of the experiments, and lists the runs of these configs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from benchmark.repro.measurements import run_name
from benchmark.repro.paper_settings import Setting
from models.motif.conditioning import parse_conditioning
from models.training.cache import hash_key
from models.training.config import TrainingConfig
from models.training.config_io import read_config, settings_by_name, with_overrides
from models.training.networks import shipped_checkpoint

# Settings with these prefixes do not change the measurements, except for the settings in `_WITH_EFFECT`. The
# seed changes the measurements, but is part of the names of a run's files.
_WITHOUT_EFFECT = ("run.", "validation.samples", "seed", "name")
_WITH_EFFECT = ("run.precision", "run.half_weights")


@dataclass(frozen=True)
class Run:
    """One run of the grid.

    Attributes:
        setting: name of the setting.
        seed: the seed of weights, data order, timesteps and noise.
        config: the training config with this seed.
    """

    setting: Setting
    seed: int
    config: TrainingConfig

    @property
    def name(self) -> str:
        """The name of the run's folder and files, such as "without-3"."""
        return run_name(self.setting, self.seed)


def setting_config(setting: Setting) -> TrainingConfig:
    """Return the config of a setting, with seed 0."""
    return read_config(Path(str(files("models"))) / "configs" / "repro" / f"{setting}.toml")


def result_key(config: TrainingConfig) -> str:
    """Return a hash of everything that a run's measurements depend on: settings and encoder weights.

    A change of any other setting does not change the hash, so finished runs stay valid.
    """
    settings = {
        name: value
        for name, value in settings_by_name(config).items()
        if name in _WITH_EFFECT or not name.startswith(_WITHOUT_EFFECT)
    }
    if not parse_conditioning(config.network.conditioning).attends:
        del settings["network.image_encoder"]
    names = (settings.get("tiny.autoencoder"), settings.get("network.image_encoder"))
    weights = [
        path for name in names if name for path in Path(shipped_checkpoint(str(name))).glob("*.safetensors")
    ]
    return hash_key(settings, [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(weights)])


def grid(seeds: int, *, steps: int | None = None) -> list[Run]:
    """Return all runs; the first runs have the settings of Table 2, which test the paper's main claim.

    For trials, `steps` replaces the number of steps in the configs.
    """
    configs = {setting: setting_config(setting) for setting in Setting}
    first = (Setting.REFERENCE, Setting.WITHOUT, Setting.INVERSE)
    others = tuple(setting for setting in Setting if setting not in first)
    return [
        Run(setting, seed, with_overrides(configs[setting], seed=seed, steps=steps))
        for settings in (first, others)
        for seed in range(seeds)
        for setting in settings
    ]


def chosen_runs(names: Sequence[str], seeds: int, *, steps: int | None = None) -> list[Run]:
    """Return the runs with these names, in the order of the grid.

    A name is the name of a setting (which selects all its seeds) or of a run, such as "without-3". Without
    names, the whole grid is selected.

    Raises:
        ValueError: a name is unknown.
    """
    runs = grid(seeds, steps=steps)
    known = {*Setting, *(run.name for run in runs)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            f"unknown run {', '.join(unknown)}; expected a setting ({', '.join(Setting)}), or one with a "
            f"seed from 0 to {seeds - 1}, such as without-0"
        )
    return [run for run in runs if not names or run.setting in names or run.name in names]
