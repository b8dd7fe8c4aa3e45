"""Input images on disk by their sha256: 88 images serve 320 pairs, and each is fetched once."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_BYTES = 2 * 1024**3


class ImageCache:
    """A bounded folder; several workers may share one.

    Args:
        folder: made where it is missing.
        most_bytes: the images used longest ago go when they are more.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str, fetch: Callable[[], bytes]) -> Path:
        """Return the image's file; `fetch` is called where it is not here, and has checked the digest."""
        path = self._folder / sha256
        try:
            os.utime(path)
        except FileNotFoundError:
            self._keep(path, fetch())
        return path

    def _keep(self, path: Path, content: bytes) -> None:
        self._make_room(len(content))
        # Written beside and renamed: another worker never reads half an image.
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            unfinished = Path(file.name)
            try:
                file.write(content)
                file.flush()
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)

    def _make_room(self, wanted: int) -> None:
        files = sorted(self._files(), key=lambda each: each[0].st_mtime)
        total = wanted + sum(stat.st_size for stat, _ in files)
        for stat, path in files:
            if total <= self._most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size

    def _files(self) -> Iterator[tuple[os.stat_result, Path]]:
        for path in self._folder.iterdir():
            # Another worker may take it away in between.
            with contextlib.suppress(FileNotFoundError):
                yield path.stat(), path


def usual_folder() -> Path:
    """Return where images are kept when no folder is named: the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ti2v" / "worker-images"
