"""JSON web tokens that a server must refuse: unsigned, or signed with the public key as a secret."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping

from joserfc.jwk import RSAKey

Json = Mapping[str, object]


def unsigned(header: Json, claims: Json) -> str:
    return _token(header, claims, lambda _: b"")


def signed_with_the_public_key(key: RSAKey, claims: Json, *, kid: str) -> str:
    public = key.as_pem(private=False)
    header = {"alg": "HS256", "kid": kid}
    return _token(header, claims, lambda content: hmac.digest(public, content, "sha256"))


def encoded(content: object) -> str:
    """Return a JSON value, encoded as a part of a token."""
    return _base64(json.dumps(content).encode())


def _token(header: Json, claims: Json, sign: Callable[[bytes], bytes]) -> str:
    content = f"{encoded(header)}.{encoded(claims)}"
    return f"{content}.{_base64(sign(content.encode()))}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
