"""Derives independent keys from one secret: HKDF with SHA-256.

Source: H. Krawczyk, P. Eronen (2010), RFC 5869.
"""

import hashlib
import hmac

_HASH_BYTES = hashlib.sha256().digest_size
_MAX_BLOCKS = 255


def hkdf_sha256(secret: bytes, *, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """Return `length` bytes that only holders of `secret` can compute. Each `info` gives different bytes.

        PRK = HMAC(salt, secret);  T(i) = HMAC(PRK, T(i-1) | info | i)

    Raises:
        ValueError: `length` is more than 255 times the length of a SHA-256 hash.
    """
    if length > _MAX_BLOCKS * _HASH_BYTES:
        raise ValueError("HKDF derives at most 255 hashes")
    pseudorandom_key = hmac.new(salt or bytes(_HASH_BYTES), secret, hashlib.sha256).digest()
    block, derived = b"", b""
    for number in range(1, -(-length // _HASH_BYTES) + 1):
        block = hmac.new(pseudorandom_key, block + info + bytes([number]), hashlib.sha256).digest()
        derived += block
    return derived[:length]
