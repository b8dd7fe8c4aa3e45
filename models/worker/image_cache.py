"""Disk cache of input images, keyed by sha256. An image that several pairs share is downloaded once."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

MAX_BYTES = 2 * 1024**3


class ImageCache:
    """A folder of limited size; several workers can share the folder.

    Args:
        folder: folder of the cached images; created if it does not exist.
        max_bytes: size limit of the folder; above this limit, the least recently used images are removed.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str, fetch: Callable[[], bytes]) -> Path:
        """Return the path of an image in the cache. Fetch the image first if it is not cached.

        Args:
            sha256: digest of the image.
            fetch: function that downloads the image if it is not cached; must return content with this
                digest.
        """
        path = self._folder / sha256
        try:
            os.utime(path)
        except FileNotFoundError:
            self._write(path, fetch())
        return path

    def _write(self, path: Path, content: bytes) -> None:
        self._evict(len(content))
        # Write to a temporary file and rename it, so that other workers never read a partial image.
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(content)
                file.flush()
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def _evict(self, needed: int) -> None:
        files = sorted(self._files(), key=lambda each: each[0].st_mtime)
        total = needed + sum(stat.st_size for stat, _ in files)
        for stat, path in files:
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size

    def _files(self) -> Iterator[tuple[os.stat_result, Path]]:
        for path in self._folder.iterdir():
            # Another worker can remove the file at the same time.
            with contextlib.suppress(FileNotFoundError):
                yield path.stat(), path


def default_folder() -> Path:
    """Return the default folder of the cache, in the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ti2v" / "worker-images"
