"""Checks the signed links of Prolific ("secure external URL"): a JSON Web Token with the participant's ids.

Prolific's documentation asks for four checks: the signature (with the key that the token names), the claim
`exp`, the claim `aud`, and the ids in the claim `prolific`.

Source: docs.prolific.com/api-reference/well-known-endpoints/get-study-jwks, read 2026-11-30.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from app.errors import Invalid, Unavailable
from app.platforms.links import PROLIFIC_NAMES, ExternalIds, require_study
from app.security.cached_document import DocumentUnavailable
from app.security.key_set import KeySet, PublicKey
from benchmark.wire.platforms import ExternalId, Platform

TOKEN_PARAMETER = "prolific_token"  # noqa: S105 - the name of a query parameter
MAX_TOKEN_CHARS = 8192
# The clocks of the platform and of this server may differ by this time.
LEEWAY_S = 30


class _Header(BaseModel):
    kid: str


class _Ids(BaseModel):
    """The token's claim `prolific`.

    Other fields of the claim `prolific`, such as `workspace_id`, are ignored.
    """

    participant: ExternalId = Field(alias="PROLIFIC_PID")
    session: ExternalId = Field(alias="SESSION_ID")
    study: ExternalId = Field(alias="STUDY_ID")


class _Claims(BaseModel):
    aud: str | list[str]
    exp: float = Field(ge=0, le=1e11)
    prolific: _Ids


@dataclass(frozen=True)
class SignedLink:
    """The ids in a token with a valid signature, and the time at which the token expires."""

    ids: ExternalIds
    expires_at: datetime


def parse_signed_link(
    platform: Platform,
    parameters: Mapping[str, str],
    *,
    keys: KeySet,
    study_url: str,
    now: datetime,
) -> SignedLink:
    """Check the token of a participant's link and return the ids in the token.

    Args:
        keys: the public keys of the platform.
        study_url: the address of the study that the token must name as its audience. An audience without a
            path is enough, because Prolific's documentation calls the audience a domain.

    Raises:
        Invalid: the token is missing, malformed, forged or expired, or is for another address or study. A
            link with ids that differ from the ids in the token is also invalid.
        Unavailable: the keys of the platform could not be read.
    """
    token = parameters.get(TOKEN_PARAMETER, "")
    try:
        key = keys.find(_key_id(token), now=now)
    except DocumentUnavailable as error:
        raise Unavailable(
            "The keys of the platform could not be read, so your link could not be checked. Open the study "
            "on the platform again in a minute."
        ) from error
    if key is None:
        raise _not_signed()
    claims = _verified(token, key, now=now)
    if not any(is_audience(each, study_url) for each in _listed(claims.aud)):
        raise _not_signed()
    ids = claims.prolific
    require_study(platform, ids.study)
    plain = {name: parameters.get(name) for name in PROLIFIC_NAMES}
    signed = dict(zip(PROLIFIC_NAMES, (ids.participant, ids.session, ids.study), strict=True))
    if any(value is not None and value != signed[name] for name, value in plain.items()):
        raise _not_signed()
    return SignedLink(
        ExternalIds(ids.participant, ids.session, ids.study, is_verified=True),
        datetime.fromtimestamp(claims.exp + LEEWAY_S, tz=UTC),
    )


def is_audience(audience: str, study_url: str) -> bool:
    """Return whether the claim `aud` (audience) of a token names the address of the study.

    >>> is_audience("bench.example.org", "https://bench.example.org/studies/a/join")
    True
    >>> is_audience("https://bench.example.org/studies/b/join", "https://bench.example.org/studies/a/join")
    False
    """
    expected = urlsplit(study_url)
    try:
        found = urlsplit(audience if "://" in audience else f"{expected.scheme}://{audience}")
    except ValueError:
        return False
    is_own_server = (found.scheme, found.netloc) == (expected.scheme, expected.netloc)
    return is_own_server and found.path in ("", "/", expected.path)


def _key_id(token: str) -> str:
    """Return the id of the key that a token names, before the signature is checked."""
    encoded = token.partition(".")[0]
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise _not_signed()
    try:
        decoded = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return _Header.model_validate(json.loads(decoded)).kid
    except (ValueError, RecursionError) as error:
        raise _not_signed() from error


def _verified(token: str, key: PublicKey, *, now: datetime) -> _Claims:
    # Imported here, because only studies with signed links need cryptography in the server.
    from joserfc import jwt
    from joserfc.errors import ExpiredTokenError, JoseError
    from joserfc.jwk import RSAKey

    seconds = int(now.timestamp())
    try:
        public = RSAKey.import_key(key.model_dump(include={"kty", "n", "e"}))
        # Only RS256: a token with the algorithm `none`, or signed by HS256 with the public key, is refused.
        found = jwt.decode(token, public, algorithms=["RS256"])
        jwt.JWTClaimsRegistry(now=seconds, leeway=LEEWAY_S).validate(found.claims)
        return _Claims.model_validate(found.claims)
    except ExpiredTokenError as error:
        raise Invalid(
            "This link has expired. Open the study on the platform again.", code="expired_link"
        ) from error
    except (JoseError, ValidationError, ValueError, RecursionError) as error:
        raise _not_signed() from error


def _listed(audience: str | list[str]) -> list[str]:
    return [audience] if isinstance(audience, str) else audience


def _not_signed() -> Invalid:
    return Invalid(
        "The platform did not sign this link. Open the study on the platform again.", code="not_signed"
    )
