"""Checks the ID tokens of an OpenID Connect provider.

Source: OpenID Connect Core 1.0, section 3.1.3.7 (ID Token Validation).
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field, ValidationError

from app.errors import NotSignedIn
from app.security.key_set import PublicKey

MAX_TOKEN_CHARS = 16_384
# The clocks of the provider and of this server may differ by this time.
LEEWAY_S = 60


@dataclass(frozen=True)
class Identity:
    """The account of a person at a provider. `email` is set only if the provider has verified the address."""

    issuer: str
    subject: str
    email: str | None


class _Header(BaseModel):
    kid: str


class _Claims(BaseModel):
    iss: str
    sub: str = Field(min_length=1, max_length=255)
    aud: str | list[str]
    exp: float = Field(ge=0, le=1e11)
    iat: float = Field(ge=0, le=1e11)
    nonce: str
    azp: str | None = None
    email: str | None = None
    email_verified: bool = False


def key_id(token: str) -> str:
    """Return the id of the key that a token names, before the signature is checked.

    Raises:
        NotSignedIn: the token is too long, malformed, or names no key.
    """
    encoded = token.partition(".")[0]
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise refused()
    try:
        decoded = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return _Header.model_validate(json.loads(decoded)).kid
    except (ValueError, RecursionError) as error:
        raise refused() from error


def identity_of(
    token: str, key: PublicKey, *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Identity:
    """Check an ID token and return the account that it names.

    Args:
        key: the provider's public key that the token names.
        nonce: the nonce of the request to which the token responds.

    Raises:
        NotSignedIn: the signature or a claim is wrong, or the token has expired.
    """
    claims = _verified(token, key)
    seconds = now.timestamp()
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    is_for_us = (
        client_id in audience and (claims.azp or (client_id if len(audience) == 1 else "")) == client_id
    )
    is_current = claims.exp > seconds - LEEWAY_S and claims.iat < seconds + LEEWAY_S
    if claims.iss != issuer or not is_for_us or not is_current or claims.nonce != nonce:
        raise refused()
    return Identity(issuer, claims.sub, claims.email if claims.email_verified else None)


def refused() -> NotSignedIn:
    return NotSignedIn(
        "The sign-in provider's answer is invalid or too old. Sign in again.", code="sign_in_failed"
    )


def _verified(token: str, key: PublicKey) -> _Claims:
    # Imported here, because a server without a provider needs no cryptography.
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        public = RSAKey.import_key(key.model_dump(include={"kty", "n", "e"}))
        # Only RS256: a token with the algorithm `none`, or signed by HS256 with the public key, is refused.
        return _Claims.model_validate(jwt.decode(token, public, algorithms=["RS256"]).claims)
    except (JoseError, ValidationError, ValueError, RecursionError) as error:
        raise refused() from error
