"""Defines the interface of media stores, and opens the store at TI2V_MEDIA_URL.

A writer fills a private file, and moves the complete file into the store, so readers never see a partial
file.
"""

import errno
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

CHUNK_BYTES = 64 * 1024
DISK_FULL = "disk_full"  # the code with which a sandbox child reports a full disk
DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")
_OWN_CONTENT = re.compile(r"(?:clips|images|renditions)/[0-9a-f]{2}/([0-9a-f]{64})")


class StoreError(Exception):
    """The store failed.

    StoreError
    ├── StoreFull         no space left (a full disk, a quota); no partial file remains
    ├── StoreUnavailable  the folder or service does not respond, or refuses access
    ├── MediaMissing      no file under this key
    └── MediaDamaged      the service sent other bytes than were stored
    """


class StoreFull(StoreError):
    """No space is left for another file."""


class StoreUnavailable(StoreError):
    """The folder or the service does not respond, or responds with an error."""


class MediaMissing(StoreError):
    """No file is stored under the key."""


class MediaDamaged(StoreError):
    """The service sent other bytes than were stored under the key."""


def content_key(kind: str, sha256: str) -> str:
    """Return the key of a file, derived from its content.

    Keys have two levels, so no folder contains all files.

    >>> content_key("clips", "ab" * 32)[:14]
    'clips/ab/ababa'

    Raises:
        ValueError: `sha256` is not 64 lower-case hex digits.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("a content key requires 64 lower-case hex digits")
    return checked_key(f"{kind}/{sha256[:2]}/{sha256}")


def sha256_of_key(key: str) -> str | None:
    """Return the SHA-256 of the file under a content key; None for other keys.

    The key of a thumbnail contains the SHA-256 of the image from which the thumbnail was made.
    """
    match = _OWN_CONTENT.fullmatch(key)
    return match[1] if match else None


def checked_key(key: str) -> str:
    """Return the key unchanged.

    Raises:
        ValueError: the key is not a sequence of lower-case names joined by `/`. For example, a key with the
            name `..` or a `/` at the start is refused.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("a key must consist of lower-case names joined by slashes")
    return key


@contextmanager
def full_disk_as_store_full() -> Iterator[None]:
    """Raise `StoreFull` if the operating system reports "no space left" inside the block."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise StoreFull("No space is left for media files.") from error
        raise


class MediaStore(ABC):
    """Stores files under keys. Each file is written once and never changed."""

    @abstractmethod
    def private_file(self) -> AbstractContextManager[Path]:
        """Create an empty private file that `put` can move into the store cheaply.

        When the block ends, a file that was not moved into the store is removed. If the disk is full inside
        the block, `StoreFull` is raised.
        """

    @abstractmethod
    def put(self, key: str, private_file: Path) -> None:
        """Move a finished file atomically into the store under `key`.

        When the function returns, the file survives a power failure. If the key already exists, the stored
        file is kept. Only an S3 store overwrites the file under a content key: the bytes are the same, unless
        the stored file is damaged.

        Raises:
            StoreFull: no partial file remains, and `private_file` still exists.
            StoreUnavailable: the file could not be stored, and the disk is not full. No partial file remains,
                and `private_file` still exists.
        """

    @abstractmethod
    def size(self, key: str) -> int:
        """Return the size of a file in bytes. Raises MediaMissing, StoreUnavailable."""

    @abstractmethod
    def read_range(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the file's bytes [start, stop) in chunks of at most `CHUNK_BYTES`.

        Raises:
            MediaMissing: no file has this key; raised when the first chunk is requested.
            MediaDamaged: an S3 service sent other bytes than were stored; raised before the first chunk.
            StoreUnavailable: the file is shorter than `stop`, or reading fails.
        """

    @abstractmethod
    def open_local(self, key: str) -> AbstractContextManager[Path]:
        """Yield a local path from which the file can be read. The path is valid only inside the block.

        Raises:
            MediaMissing: no file has this key.
            MediaDamaged: an S3 service sent other bytes than were stored.
            StoreUnavailable: reading fails.
        """

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove a file; do nothing if the key is unknown."""

    @abstractmethod
    def healthy(self) -> bool:
        """Return whether the store responds and is writable. Readiness checks can call this fast method."""


def read_chunks(file: IO[bytes], key: str, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes [start, stop) of an open file in chunks of at most `CHUNK_BYTES`.

    Raises:
        StoreUnavailable: the file ends before `stop`.
    """
    file.seek(start)
    while start < stop:
        chunk = file.read(min(CHUNK_BYTES, stop - start))
        if not chunk:
            raise StoreUnavailable(f"The file under {key} ends {stop - start} bytes early.")
        start += len(chunk)
        yield chunk


def open_store(media_url: str) -> MediaStore:
    """Return the store at TI2V_MEDIA_URL: a folder, which is created if missing, or `s3://bucket/prefix`.

    Raises:
        ValueError: the URL has another scheme or no bucket.
        StoreUnavailable: the folder cannot be created, or boto3 (the extra `s3`) is not installed.
    """
    if media_url.startswith("s3://"):
        from app.media.store.s3 import S3Store

        bucket, _, prefix = media_url.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix)
    if "://" in media_url:
        raise ValueError("TI2V_MEDIA_URL must be a folder or s3://bucket/prefix")
    from app.media.store.folder import FolderStore

    return FolderStore(Path(media_url))
