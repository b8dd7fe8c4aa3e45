"""Reads the settings of generators: folders for checkpoints, checkouts and adapters on this machine."""

from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class GeneratorSettings(BaseSettings):
    """The settings of generators, from the environment (`TI2V_...`) and `.env`. No setting is secret."""

    model_config = SettingsConfigDict(
        env_prefix="TI2V_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(default=Path("var"), description="Folder of all data.")
    checkpoints: Path | None = Field(
        default=None,
        description="Folder with trained checkpoints, in one subfolder per model.",
    )
    checkouts: Path | None = Field(
        default=None, description="Folder with checkouts of baselines, in one subfolder per model."
    )
    adapters: Path | None = Field(default=None, description="Folder with your own adapters (*.toml).")
    stage: Path | None = Field(
        default=None, description="Folder on a local disk to which weights are copied before they are loaded."
    )
    api_budget: float = Field(
        default=0.0,
        ge=0,
        allow_inf_nan=False,
        description="Amount that one process may spend on hosted APIs.",
    )
    isolation: bool = Field(
        default=True,
        description="Run programs of models in their own namespaces, if the system allows it.",
    )

    def checkpoint_folder(self, name: str) -> Path:
        """Return the folder of a model's trained checkpoint."""
        return (self.checkpoints or self.home / "checkpoints") / name

    def checkout_folder(self, name: str) -> Path:
        """Return the folder of a baseline's checkout."""
        return (self.checkouts or self.home / "checkouts") / name

    @property
    def pins(self) -> Path:
        """Path of the file that stores the pinned commits of hub repositories."""
        return self.home / "pins.json"

    @property
    def checksums(self) -> Path:
        """Path of the file that caches the hashes of large weight files."""
        return self.home / "checksums.json"


@cache
def generator_settings() -> GeneratorSettings:
    """Return the settings, read once per process.

    Raises:
        ValueError: a variable has an invalid value; the message names the variable.
    """
    try:
        return GeneratorSettings()
    except ValidationError as error:
        names = ", ".join(f"TI2V_{str(problem['loc'][0]).upper()}" for problem in error.errors())
        raise ValueError(f"Invalid setting {names}. See: docs/generators.md, Paths.") from error
