"""Stores media files in a folder by an atomic rename; stored files survive a power failure."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.media.store.base import (
    MediaMissing,
    MediaStore,
    StoreUnavailable,
    checked_key,
    full_disk_as_store_full,
    read_chunks,
)

_INCOMING = ".incoming"  # keys do not start with a dot, so no key names this folder


class FolderStore(MediaStore):
    """Stores each file at `folder/key`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        with _store_errors():
            (self._folder / _INCOMING).mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def private_file(self) -> Iterator[Path]:
        with _store_errors():
            path = _new_file(self._folder / _INCOMING)
        try:
            with full_disk_as_store_full():
                yield path
        finally:
            path.unlink(missing_ok=True)

    def put(self, key: str, private_file: Path) -> None:
        target = self._path(key)
        with _store_errors():
            if not target.exists():
                self._make_folders(target.parent)
                _rename_durably(private_file, target, self._folder / _INCOMING)
            private_file.unlink(missing_ok=True)

    def size(self, key: str) -> int:
        with _store_errors(key):
            return self._path(key).stat().st_size

    def read_range(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        with _store_errors(key), self._path(key).open("rb") as file:
            yield from read_chunks(file, key, start, stop)

    @contextmanager
    def open_local(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise MediaMissing(f"No file is stored under {key}.")
        yield path

    def delete(self, key: str) -> None:
        with _store_errors():
            self._path(key).unlink(missing_ok=True)

    def healthy(self) -> bool:
        return os.access(self._folder / _INCOMING, os.R_OK | os.W_OK | os.X_OK)

    def _path(self, key: str) -> Path:
        return self._folder / checked_key(key)

    def _make_folders(self, folder: Path) -> None:
        """Create missing folders from the top down.

        Each new folder is flushed to the disk before the store puts files into the folder.
        """
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _fsync(folder.parent)


def _rename_durably(private_file: Path, target: Path, incoming: Path) -> None:
    # The bytes are written to disk before the name, so after a power failure the file is complete or absent.
    _fsync(private_file)
    try:
        private_file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_then_rename(private_file, target, incoming)
    _fsync(target.parent)


def _copy_then_rename(private_file: Path, target: Path, incoming: Path) -> None:
    """Copy a file from another file system, because a file cannot be renamed across file systems."""
    copy = _new_file(incoming)
    try:
        shutil.copyfile(private_file, copy)
        _fsync(copy)
        copy.replace(target)
    finally:
        copy.unlink(missing_ok=True)


def _new_file(folder: Path) -> Path:
    """Create an empty file that only the user who runs the service can read."""
    handle, name = tempfile.mkstemp(dir=folder)
    os.close(handle)
    return Path(name)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _store_errors(key: str | None = None) -> Iterator[None]:
    """Convert an OSError to a StoreError. If `key` is given, a missing file becomes MediaMissing."""
    try:
        with full_disk_as_store_full():
            yield
    except FileNotFoundError as error:
        if key is None:
            raise StoreUnavailable("The media folder does not exist.") from error
        raise MediaMissing(f"No file is stored under {key}.") from error
    except OSError as error:
        raise StoreUnavailable(f"The media folder cannot be used: {error.strerror}.") from error
