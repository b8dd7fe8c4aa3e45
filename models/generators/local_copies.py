"""Copies weights from shared storage to a local disk. All processes of a machine share one copy.

Without a copy, every process of a node reads the same files over the network.
"""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.settings import generator_settings

_SHA256 = re.compile(r"[0-9a-f]{64}")


def local_folder(folder: Path) -> Path:
    """Return the copy of a folder in TI2V_STAGE; without this setting, return the folder itself.

    The first process copies the folder while the other processes of this machine wait. The copy is identified
    by the paths, sizes and modification times of the files, so a changed folder gets a new copy.

    Raises:
        CannotRun: the disk has too little space, or the files cannot be copied.
    """
    stage = generator_settings().stage
    if stage is None:
        return folder
    target = stage / f"{folder.name[:40]}-{_state_sha256(folder)[:16]}"
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with (stage / f".{target.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.is_dir():
                _copy(folder, target)
    except OSError as error:
        raise CannotRun(
            f"{folder} cannot be copied to {stage}: {error}. Free the space, or change TI2V_STAGE."
        ) from error
    return target


def _copy(folder: Path, target: Path) -> None:
    needed = sum(path.stat().st_size for path in _files(folder))
    free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise CannotRun(
            f"{folder} has {needed / 1e9:.1f} GB, but {target.parent} has only {free / 1e9:.1f} GB of free "
            "space. Free the space, or change TI2V_STAGE."
        )
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for path in _files(folder):
        copy = unfinished / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.resolve()
        if path.is_symlink() and _SHA256.fullmatch(content.name):
            # The hub's cache links to a file that is named after its hash. Keep the link, so that the hash of
            # the copy is known as well.
            blob = unfinished / ".blobs" / content.name
            blob.parent.mkdir(exist_ok=True)
            shutil.copy2(content, blob)
            copy.symlink_to(os.path.relpath(blob, copy.parent))
        else:
            shutil.copy2(content, copy)
    unfinished.rename(target)


def _state_sha256(folder: Path) -> str:
    digest = hashlib.sha256(str(folder.absolute()).encode())
    for path in _files(folder):
        state = path.stat()
        digest.update(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
