"""Writes a request body to a private file and checks the digest of the body."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.errors import Invalid
from app.media.store import full_disk_as_store_full

_CONTENT_DIGEST = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):[ \t]*(?:,|$)")
_HEX_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class ReceivedFile:
    """A file that the server received completely, and the sha256 of the file's bytes."""

    path: Path
    sha256: str
    bytes: int


def promised_sha256(content_digests: Iterable[str], hex_digests: Iterable[str]) -> str | None:
    """Return the digest that the request declares, as hex; None if it declares no digest.

    Args:
        content_digests: the values of Content-Digest headers.
        hex_digests: the values of X-Content-Sha256 headers.

    Raises:
        Invalid: a digest cannot be parsed, or several digests differ.
    """
    promised = {_read_content_digest(each) for each in content_digests}
    promised |= {_read_hex_digest(each) for each in hex_digests}
    if len(promised) > 1:
        raise Invalid("The request contains two different digests.", code="bad_digest")
    return promised.pop() if promised else None


def _read_content_digest(header: str) -> str:
    """Return the sha-256 of a Content-Digest header (RFC 9530), as hex.

    Digests of other algorithms are ignored.
    """
    match = _CONTENT_DIGEST.search(header)
    if match is None:
        raise _unreadable()
    return base64.b64decode(match[1]).hex()


def _read_hex_digest(header: str) -> str:
    if not _HEX_DIGEST.fullmatch(header):
        raise _unreadable()
    return header.lower()


def _unreadable() -> Invalid:
    return Invalid(
        "Send the digest as Content-Digest: sha-256=:BASE64: or X-Content-Sha256: HEX.", code="bad_digest"
    )


async def receive_file(body: AsyncIterator[bytes], path: Path) -> ReceivedFile:
    """Write a request body to a private file and compute the body's sha256.

    Raises:
        StoreFull: the disk is full; the caller removes the partial file.
    """
    digest = hashlib.sha256()
    size = 0
    with full_disk_as_store_full(), path.open("wb") as file:
        async for chunk in body:
            digest.update(chunk)
            file.write(chunk)
            size += len(chunk)
    return ReceivedFile(path, digest.hexdigest(), size)


def refuse_wrong_digest(received: ReceivedFile, promised: str | None) -> None:
    if promised is not None and promised != received.sha256:
        raise Invalid(
            "The received bytes do not match the digest of the request. Send the clip again.",
            code="wrong_digest",
        )
