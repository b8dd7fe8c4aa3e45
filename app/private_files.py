"""Creates files and folders that only the user account of the service can read."""

import os
from pathlib import Path

_FOLDER, _FILE = 0o700, 0o600


def make_private_folder(path: Path) -> None:
    """Create a folder with mode 0700; if the folder exists, its mode does not change."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Create an empty file with mode 0600; if the file exists, remove the permissions of other users."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, _FILE)
    try:
        if os.fstat(handle).st_mode & 0o777 != _FILE:
            os.fchmod(handle, _FILE)
    finally:
        os.close(handle)
