"""Finds the images a table names below one folder, and checks that they are whole."""

import os
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

from PIL import Image

from benchmark.pairs import canonical_name, is_hidden_file

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MAX_PICTURE_BYTES = 32 * 1024 * 1024
MIN_PICTURE_SIDE = 16
MAX_PICTURE_SIDE = 8192
MAX_PICTURE_PIXELS = 40_000_000
# What Pillow's readers raise for damaged files, each format in its own way.
_DAMAGE = (OSError, SyntaxError, ValueError, RuntimeError)
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_SIZE_RULE = f"sides from {MIN_PICTURE_SIDE} to {MAX_PICTURE_SIDE} and 40 megapixels in all are taken."


class ImageRefused(Exception):
    """No usable image is meant; the message is a sentence."""


class ImageFolder:
    """The images below a folder.

    Args:
        folder: where names are looked up.
        within: no image may lie outside of this folder, links followed. The hub's snapshots hold links into
            the folder above them; otherwise it is `folder` itself.
    """

    def __init__(self, folder: Path, *, within: Path | None = None) -> None:
        self._folder = folder
        self._within = (within or folder).resolve()
        self._by_name: defaultdict[str, list[Path]] = defaultdict(list)
        for path in _pictures_below(folder):
            self._by_name[canonical_name(path.name)].append(path)
            self._by_name[canonical_name(path.stem)].append(path)

    def names_image(self, cell: str) -> bool:
        """Say whether a cell reads like an image: by its ending, or because such an image exists."""
        name = _posix(cell).name
        return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES or name in self._by_name

    def find(self, cell: str, *, beside: Path) -> Path:
        """Return the file a cell names: a path from the table's folder or from the top, or only a name.

        Raises:
            PictureRefused: none, one outside of the folder, or several that differ.
        """
        name = _posix(cell)
        if name.is_absolute() or PureWindowsPath(cell).drive or ".." in name.parts:
            raise ImageRefused("The image's path leads out of the folder; write it relative to the CSV.")
        for start in (beside, self._folder):
            path = start / name
            if _is_file(path):
                return self._inside(path)
        return self._inside(self._named_below(name))

    def _named_below(self, name: PurePosixPath) -> Path:
        # A row that says "styles/a.png" means no other folder's a.png.
        found = [
            path
            for path in self._by_name.get(name.name, [])
            if _canonical_parts(path.with_name(name.name))[-len(name.parts) :] == name.parts
        ]
        if not found:
            raise ImageRefused(f"There is no image {name} in the folder.")
        if not same_bytes(found):
            raise ImageRefused(f"Several different images are called {name.name}; give the path as well.")
        return found[0]

    def _inside(self, path: Path) -> Path:
        if not path.resolve().is_relative_to(self._within):
            raise ImageRefused("The image is a link that leads out of the folder; copy the file here.")
        return path


def same_bytes(paths: Iterable[Path]) -> bool:
    first, *others = paths
    return not others or all(path.read_bytes() == first.read_bytes() for path in others)


def check_picture(path: Path) -> None:
    """Decode an image once.

    Raises:
        PictureRefused: too large or small, of a type we do not know, moving, or damaged.
    """
    if path.stat().st_size > MAX_PICTURE_BYTES:
        raise ImageRefused(f"The image is larger than {MAX_PICTURE_BYTES // 1024**2} MiB.")
    try:
        with _opened(path) as image:
            _check_size(image)
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefused(f"The image is far too large; {_SIZE_RULE}") from error
    except _DAMAGE as error:
        raise ImageRefused("The image cannot be decoded.") from error


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Odd metadata is no reason to refuse a picture, and no news to who imports it.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=PICTURE_FORMATS) as image:
            yield image


def browsers_show(path: Path) -> bool:
    """Say whether a checked image is of a type every browser shows, whatever its name ends in."""
    with _opened(path) as image:
        return image.format in {"JPEG", "MPO", "PNG", "WEBP"}


def write_png(path: Path, target: Path) -> None:
    """Write a checked image as PNG, for types that browsers do not show; its pixels stay as they are."""
    with _opened(path) as image:
        mode = image.mode if image.mode in _PNG_MODES else "RGBA" if image.has_transparency_data else "RGB"
        image.convert(mode).save(target, "PNG")


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    fits = max(width, height) <= MAX_PICTURE_SIDE and width * height <= MAX_PICTURE_PIXELS
    if not fits or min(width, height) < MIN_PICTURE_SIDE:
        raise ImageRefused(f"The image is {width}x{height}; {_SIZE_RULE}")
    # Phones write JPEGs with further views inside; the first one is an ordinary picture.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise ImageRefused("The image moves; an input image is a still one.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        # A text that stands where an image should may be longer than any file name.
        raise ImageRefused("The image's name is too long.") from error


def _posix(cell: str) -> PurePosixPath:
    """Return a cell as a path in NFC; tables made on Windows write backslashes."""
    return PurePosixPath(canonical_name(cell.replace("\\", "/")))


def _canonical_parts(path: Path) -> tuple[str, ...]:
    return tuple(map(canonical_name, path.parts))


def _pictures_below(folder: Path) -> Iterable[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden_file(name))
        for name in sorted(files):
            if not is_hidden_file(name) and Path(name).suffix.lower() in PICTURE_SUFFIXES:
                yield Path(parent, name)
