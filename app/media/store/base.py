"""Keeps files under content keys: in a folder, or in any S3-compatible store.

Writers make a private file first and hand it over whole, so a reader never meets half a file.
`open_store` picks the kind from TI2V_MEDIA_URL.
"""

import errno
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

CHUNK_BYTES = 64 * 1024
DISK_FULL = "disk_full"  # the code a sandbox child says it with
DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")


class StoreError(Exception):
    """The store cannot do what was asked; the leaves say why.

    StoreError
    ├── StoreFull         no space left (a full disk, a quota); nothing half-written stays
    ├── StoreUnavailable  the folder or service does not answer, or refuses us
    └── MediaMissing      no file under this key
    """


class StoreFull(StoreError):
    """No space is left for another file."""


class StoreUnavailable(StoreError):
    """The folder or the service behind the store does not answer as it should."""


class MediaMissing(StoreError):
    """No file is stored under the key."""


def content_key(kind: str, sha256: str) -> str:
    """Return the key of a file of this kind, two levels deep so that no folder holds every file.

    >>> content_key("clips", "ab" * 32)[:14]
    'clips/ab/ababa'

    Raises:
        ValueError: `sha256` is not 64 lower-case hex digits.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("a content key is made from 64 lower-case hex digits")
    return checked_key(f"{kind}/{sha256[:2]}/{sha256}")


def checked_key(key: str) -> str:
    """Return the key unchanged.

    Raises:
        ValueError: it is not lower-case names joined by `/`; `..`, a leading `/` and the like never pass.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("a key is lower-case names joined by slashes")
    return key


@contextmanager
def full_disk_as_store_full() -> Iterator[None]:
    """Turn the operating system's "no space left" inside the block into `StoreFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise StoreFull("No space is left for media files.") from error
        raise


class MediaStore(ABC):
    """Files under keys, written once and never changed."""

    @abstractmethod
    def private_file(self) -> AbstractContextManager[Path]:
        """Give an empty private file to write into, where `put` can take it over cheaply.

        What was not taken over is removed at the end of the block. A full disk met inside the block comes out
        as `StoreFull`.
        """

    @abstractmethod
    def put(self, key: str, private_file: Path) -> None:
        """Take over a finished file under `key`; durable when this returns, all or nothing.

        The file is gone from its old place afterwards. A key that exists already keeps its file
        (content keys: the bytes are the same).

        Raises:
            StoreFull: nothing is left of the attempt, and `private_file` still exists.
            StoreUnavailable: the same, for any other reason.
        """

    @abstractmethod
    def size(self, key: str) -> int:
        """Return the bytes of a file. Raises MediaMissing, StoreUnavailable."""

    @abstractmethod
    def read_range(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes [start, stop) in chunks of at most `CHUNK_BYTES`.

        Raises:
            MediaMissing: at the first chunk.
            StoreUnavailable: the file is shorter than `stop`, or reading fails on the way.
        """

    @abstractmethod
    def open_local(self, key: str) -> AbstractContextManager[Path]:
        """Give a local path to read the whole file from, valid inside the block only; never write to it."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove a file; a key without one is no error."""

    @abstractmethod
    def healthy(self) -> bool:
        """Say whether the store answers and can be written to, cheaply enough for a readiness check."""


def open_store(media_url: str) -> MediaStore:
    """Return the store TI2V_MEDIA_URL names: a folder (made when missing) or `s3://bucket/prefix`.

    Raises:
        ValueError: another scheme, or no bucket.
        StoreUnavailable: the folder cannot be made, or boto3 (the extra `s3`) is not installed.
    """
    if media_url.startswith("s3://"):
        from app.media.store.s3 import S3Store

        bucket, _, prefix = media_url.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix)
    if "://" in media_url:
        raise ValueError("TI2V_MEDIA_URL is a folder or s3://bucket/prefix")
    from app.media.store.folder import FolderStore

    return FolderStore(Path(media_url))
