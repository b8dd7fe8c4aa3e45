"""Where generators look for what they need on this machine."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GeneratorSettings(BaseSettings):
    """Read from the environment (`TI2V_...`) and `.env`; none holds a secret."""

    model_config = SettingsConfigDict(env_prefix="TI2V_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default=Path("var"), description="Folder of all data.")
    checkpoints: Path | None = Field(
        default=None,
        description="Folder with trained checkpoints, each called as its model.",
    )
    checkouts: Path | None = Field(
        default=None, description="Folder with checkouts of baselines, each called as its model."
    )
    adapters: Path | None = Field(default=None, description="Folder with adapters (*.toml) of your own.")

    def checkpoint_folder(self, name: str) -> Path:
        return (self.checkpoints or self.home / "checkpoints") / name

    def checkout_folder(self, name: str) -> Path:
        return (self.checkouts or self.home / "checkouts") / name

    @property
    def pins(self) -> Path:
        """The file that holds the commit of every hub repository set up here."""
        return self.home / "pins.json"

    @property
    def checksums(self) -> Path:
        """The file that keeps the sha256 of large weight files, so that each is read once."""
        return self.home / "checksums.json"


@cache
def generator_settings() -> GeneratorSettings:
    return GeneratorSettings()
