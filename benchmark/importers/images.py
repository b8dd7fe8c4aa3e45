"""Finds the images of a benchmark's table in a folder and checks that they can be decoded."""

import os
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

from PIL import Image

from benchmark.image_display import CannotDisplay, displayed, is_plain, open_image
from benchmark.pairs import canonical_name, is_hidden_file

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MAX_IMAGE_BYTES = 32 * 1024 * 1024
MIN_IMAGE_SIDE = 16
MAX_IMAGE_SIDE = 8192
MAX_IMAGE_PIXELS = 40_000_000
# The exceptions that Pillow's decoders raise for damaged files; the exception depends on the format.
_DECODE_ERRORS = (OSError, SyntaxError, ValueError, RuntimeError)
_SIZE_RULE = f"sides must be {MIN_IMAGE_SIDE} to {MAX_IMAGE_SIDE} pixels, with 40 megapixels at most."


class ImageRefused(Exception):
    """An image is missing or cannot be used. The message is written for users."""


class ImageFolder:
    """The images in a folder and its subfolders; hidden files and folders are ignored.

    Args:
        folder: the folder of the images; image names are paths relative to this folder.
        within: after links are resolved, every image must be inside this folder; by default `folder`. The
            files of a hub snapshot are links to files in a folder above the snapshot.
    """

    def __init__(self, folder: Path, *, within: Path | None = None) -> None:
        self._folder = folder
        self._within = (within or folder).resolve()
        self._by_name: defaultdict[str, list[Path]] = defaultdict(list)
        for path in _image_files(folder):
            self._by_name[canonical_name(path.name)].append(path)
            self._by_name[canonical_name(path.stem)].append(path)

    def is_image_name(self, cell: str) -> bool:
        """Return whether a cell ends in an image suffix or is the name of an image in the folder."""
        name = _posix(cell).name
        return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES or name in self._by_name

    def find(self, cell: str, *, beside: Path) -> Path:
        """Return the image file to which a cell of the table refers.

        The cell contains a path relative to the folder of the table, a path relative to `folder`, or only a
        file name.

        Raises:
            ImageRefused: no file matches, the file is outside the folder, or several different files match.
        """
        name = _posix(cell)
        if name.is_absolute() or PureWindowsPath(cell).drive or ".." in name.parts:
            raise ImageRefused(
                "The image's path points outside the folder. Write the path relative to the CSV."
            )
        for start in (beside, self._folder):
            path = start / name
            if _is_file(path):
                return self._inside(self._only(path))
        return self._inside(self._named_below(name))

    def _named_below(self, name: PurePosixPath) -> Path:
        # A cell with a folder, such as "styles/a.png", does not match a file a.png in another folder.
        found = [
            path
            for path in self._by_name.get(name.name, [])
            if _canonical_parts(path.with_name(name.name))[-len(name.parts) :] == name.parts
        ]
        if not found:
            raise ImageRefused(f"There is no image {name} in the folder.")
        if not same_bytes(found):
            raise ImageRefused(
                f"Several different images have the name {name.name}. Write the image's path as well."
            )
        return found[0]

    def _only(self, path: Path) -> Path:
        """Return the path. Raise ImageRefused if a different image has this name in another Unicode form."""
        same_name = [
            other
            for other in self._by_name.get(canonical_name(path.name), [])
            if canonical_name(str(other)) == canonical_name(str(path))
        ]
        if not same_bytes([path, *same_name]):
            raise ImageRefused(f"Two different images have the name {path.name} in Unicode NFC. Rename one.")
        return path

    def _inside(self, path: Path) -> Path:
        if not path.resolve().is_relative_to(self._within):
            raise ImageRefused(
                "The image is a link that points outside the folder. Copy the image into the folder."
            )
        return path


def same_bytes(paths: Iterable[Path]) -> bool:
    """Return whether all files have the same bytes; `paths` must not be empty."""
    first, *others = paths
    return not others or all(path.read_bytes() == first.read_bytes() for path in others)


def check_image(path: Path) -> None:
    """Decode an image and check its size.

    Raises:
        ImageRefused: the image is too large or small, of an unsupported type, animated, or damaged.
    """
    if path.stat().st_size > MAX_IMAGE_BYTES:
        raise ImageRefused(f"The image is larger than {MAX_IMAGE_BYTES // 1024**2} MiB.")
    try:
        with _open_image(path) as image:
            _check_size(image)
            image.load()
            if not is_plain(image):
                displayed(image)
    except CannotDisplay as error:
        raise ImageRefused(str(error)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefused(f"The image is too large: {_SIZE_RULE}") from error
    except _DECODE_ERRORS as error:
        raise ImageRefused("The image cannot be decoded.") from error


@contextmanager
def _open_image(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Pillow warns about unusual metadata, which is irrelevant here.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with open_image(path, formats=IMAGE_FORMATS) as image:
            yield image


def is_web_image(path: Path) -> bool:
    """Return whether every browser can show a checked image.

    The function checks the content of the file, not the suffix of its name.
    """
    with _open_image(path) as image:
        return image.format in {"JPEG", "MPO", "PNG", "WEBP"}


def write_png(path: Path, target: Path) -> None:
    """Write a checked image as a PNG with the pixels of `displayed`, so that browsers can show the image."""
    with _open_image(path) as image:
        displayed(image).save(target, "PNG")


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    fits = max(width, height) <= MAX_IMAGE_SIDE and width * height <= MAX_IMAGE_PIXELS
    if not fits or min(width, height) < MIN_IMAGE_SIDE:
        raise ImageRefused(f"The image is {width}x{height}: {_SIZE_RULE}")
    # Phones write JPEGs that contain several views (MPO); the first view is an ordinary image.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise ImageRefused("The image is animated. An input image must be a still image.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        # The image column may contain a prompt, which can be longer than the limit for file names.
        raise ImageRefused("The image's name is too long.") from error


def _posix(cell: str) -> PurePosixPath:
    """Return a cell as a path in Unicode NFC; the backslashes of Windows paths become slashes."""
    return PurePosixPath(canonical_name(cell.replace("\\", "/")))


def _canonical_parts(path: Path) -> tuple[str, ...]:
    return tuple(map(canonical_name, path.parts))


def _image_files(folder: Path) -> Iterable[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden_file(name))
        for name in sorted(files):
            if not is_hidden_file(name) and Path(name).suffix.lower() in IMAGE_SUFFIXES:
                yield Path(parent, name)
