"""Measures the free space of the disks on which the service stores data."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.settings import MIB, Settings


@dataclass(frozen=True)
class FreeSpace:
    """The free space of the fullest disk. `folder` is on this disk."""

    folder: Path
    free_bytes: int
    min_bytes: int

    @property
    def is_too_small(self) -> bool:
        return self.free_bytes < self.min_bytes

    @property
    def advice(self) -> str:
        return f"Free disk space, at least {self.min_bytes // MIB} MiB (TI2V_MIN_FREE_BYTES)."


def least_free_space(settings: Settings) -> FreeSpace:
    """Return the free space of the disk of TI2V_HOME or of the media folder, whichever has less."""
    media = settings.effective_media_url
    folders = [settings.home] if media.startswith("s3://") else [settings.home, Path(media)]
    least = min((shutil.disk_usage(_nearest_existing(folder)).free, folder) for folder in folders)
    return FreeSpace(least[1], least[0], settings.min_free_bytes)


def _nearest_existing(path: Path) -> Path:
    return next(each for each in (path, *path.resolve().parents) if each.exists())
