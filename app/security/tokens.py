"""Creates the secrets of people and programs. The database stores only the sha256 of each secret."""

import hashlib
import secrets

from app.security.hkdf import hkdf_sha256

KEY_PREFIX = "ti2v_"


def new_token() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Return a new API key.

    All keys begin with the same prefix, so that secret scanners can find leaked keys.
    """
    return KEY_PREFIX + new_token()


def hash_token(token: str) -> str:
    """Return the hash of a token; the database stores only this hash.

    A token has 256 random bits, so a fast hash is enough.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def derived_token(secret_key: bytes, purpose: str) -> str:
    """Return the token for a purpose. Calls with the same arguments return the same token.

    With derived tokens, the service can show a link again without storing the link.
    """
    return hkdf_sha256(secret_key, info=b"ti2v token: " + purpose.encode()).hex()
