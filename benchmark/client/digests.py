"""Computes the digests of uploaded files."""

import base64
import hashlib
from pathlib import Path


def content_digest(content: Path | bytes) -> str:
    """Return the sha256 in the form of the Content-Digest header (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256_of(content))).decode()}:"


def sha256_of(content: Path | bytes) -> str:
    """Return the sha256 of a file's bytes, or of `bytes`, as hexadecimal text."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
