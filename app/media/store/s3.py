"""Stores media files in a bucket of an S3-compatible service, which several machines can share.

boto3 reads the endpoint and credentials from environment variables (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3
...). Storing a file is a single PUT request, which the S3 service executes atomically.

Every read downloads the whole object and checks its SHA-256 before the caller gets the first byte, even if
the caller needs only a part of the file. A network, proxy or service that changes bytes therefore causes an
error, never a wrong picture.
"""

import base64
import hashlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.media.store.base import (
    CHUNK_BYTES,
    MediaDamaged,
    MediaMissing,
    MediaStore,
    StoreFull,
    StoreUnavailable,
    checked_key,
    full_disk_as_store_full,
    read_chunks,
    sha256_of_key,
)

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

log = logging.getLogger("ti2v.media")

_SHA256 = "sha256"  # the object's metadata, for keys that do not contain the file's SHA-256
_IN_MEMORY_BYTES = 1024 * 1024
_MISSING = {"404", "NoSuchKey", "NotFound"}
_FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "XMinioStorageQuotaExceeded"}


class S3Store(MediaStore):
    """Stores each file as the object `prefix/key` of one bucket. Several threads may use one store.

    A request that gets no answer within `timeout_s` is sent again, at most `attempts` times in all.
    """

    def __init__(self, bucket: str, prefix: str = "", *, timeout_s: float = 30, attempts: int = 3) -> None:
        if not bucket:
            raise ValueError("TI2V_MEDIA_URL names no bucket: s3://bucket/prefix")
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._s3 = _client(timeout_s=timeout_s, attempts=attempts)
        # These limits let a readiness check respond before its client times out.
        self._s3_now = _client(timeout_s=min(2, timeout_s), attempts=1)

    @contextmanager
    def private_file(self) -> Iterator[Path]:
        with _local_file() as path:
            yield path

    def put(self, key: str, private_file: Path) -> None:
        # Under a content key, the new file has the bytes that the stored object should have. Overwriting the
        # object repairs damage.
        if sha256_of_key(key) or not self._exists(key):
            sha256, md5 = _digest(private_file, "sha256"), _digest(private_file, "md5")
            with _store_errors(key), private_file.open("rb") as body:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=self._name(key),
                    Body=body,
                    # The service refuses a body that changed on the way. All S3-compatible services know
                    # this header; many do not know the newer x-amz-checksum headers.
                    ContentMD5=base64.b64encode(md5).decode(),
                    Metadata={_SHA256: sha256.hex()},
                )
        private_file.unlink(missing_ok=True)

    def size(self, key: str) -> int:
        with _store_errors(key):
            return self._s3.head_object(Bucket=self._bucket, Key=self._name(key))["ContentLength"]

    def read_range(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        if start >= stop:
            return
        with full_disk_as_store_full(), tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            self._download(key, file)
            yield from read_chunks(file, key, start, stop)

    @contextmanager
    def open_local(self, key: str) -> Iterator[Path]:
        with _local_file() as path:
            with path.open("wb") as file:
                self._download(key, file)
            yield path

    def _download(self, key: str, file: IO[bytes]) -> None:
        """Write the whole object to a file. Raises MediaDamaged, MediaMissing, StoreUnavailable.

        If the SHA-256 is wrong, the object is downloaded once more, because the network may have changed it.
        """
        for _ in range(2):
            actual, expected = self._download_once(key, file)
            if actual == expected:
                return
        log.error(
            "a stored file is damaged; restore the object from a backup",
            extra={"fields": {"key": key, "sha256": actual, "expected_sha256": expected}},
        )
        raise MediaDamaged(
            f"The media store sent other bytes than were stored under {key}. Restore the file from a backup."
        )

    def _download_once(self, key: str, file: IO[bytes]) -> tuple[str, str]:
        """Write the whole object to a file. Return the SHA-256 of its bytes and the expected SHA-256."""
        digest = hashlib.sha256()
        file.seek(0)
        file.truncate()
        with _store_errors(key):
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._name(key))
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
        actual = digest.hexdigest()
        # Earlier releases stored objects without metadata.
        return actual, sha256_of_key(key) or answer["Metadata"].get(_SHA256, actual)

    def delete(self, key: str) -> None:
        with _store_errors(key):
            self._s3.delete_object(Bucket=self._bucket, Key=self._name(key))

    def healthy(self) -> bool:
        try:
            with _store_errors(""):
                self._s3_now.head_bucket(Bucket=self._bucket)
        except (StoreUnavailable, MediaMissing):
            return False
        return True

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)

    def _exists(self, key: str) -> bool:
        try:
            self.size(key)
        except MediaMissing:
            return False
        return True


def _client(*, timeout_s: float, attempts: int) -> "S3Client":
    # boto3 takes 0.3 s to import and is an optional extra.
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise StoreUnavailable("An s3:// store needs boto3: install the extra `s3`.") from error
    config = Config(
        connect_timeout=min(5, timeout_s),
        read_timeout=timeout_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Many S3-compatible services do not support boto3's newer checksum trailers.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client("s3", config=config)


def _digest(path: Path, algorithm: str) -> bytes:
    with path.open("rb") as file:
        # MD5 only finds accidental changes here, so it is also allowed on machines with a FIPS policy.
        return hashlib.file_digest(file, partial(hashlib.new, algorithm, usedforsecurity=False)).digest()


@contextmanager
def _local_file() -> Iterator[Path]:
    with full_disk_as_store_full(), tempfile.TemporaryDirectory(prefix="ti2v-media-") as folder:
        path = Path(folder) / "file"
        path.touch(mode=0o600)
        yield path


@contextmanager
def _store_errors(key: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _MISSING:
            raise MediaMissing(f"No file is stored under {key}.") from error
        if code in _FULL:
            raise StoreFull("No space is left for media files.") from error
        raise StoreUnavailable(f"The media store responded with {code}.") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"The media store does not respond: {type(error).__name__}.") from error
