"""Sends requests to an OpenID provider: discovery, the address of the sign-in page, the exchange of the code.

Sources: OpenID Connect Core 1.0, OpenID Connect Discovery 1.0, RFC 7636 (PKCE), RFC 6749 (OAuth 2.0).
"""

import hashlib
import logging
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BaseModel, ValidationError

from app.errors import NotSignedIn, Unavailable
from app.security.cached_document import CachedDocument, DocumentUnavailable
from app.security.id_tokens import Identity, identity_of, key_id, refused
from app.security.key_set import KeySet

if TYPE_CHECKING:
    import httpx2

    from app.settings import Settings

log = logging.getLogger("ti2v.openid")
TIMEOUT_S = 5.0
DISCOVERY_PATH = "/.well-known/openid-configuration"


class Endpoints(BaseModel):
    """The fields of the provider's discovery document that the server needs."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class _TokenAnswer(BaseModel):
    id_token: str


@dataclass(frozen=True)
class SignInSecrets:
    """The secrets of one sign-in: the nonce of the ID token, and the verifier of PKCE."""

    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """The provider that the settings name. Threads share the object."""

    def __init__(self, issuer: str, *, client_id: str, client_secret: str | None) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._discovery = CachedDocument(issuer.rstrip("/") + DISCOVERY_PATH, self._parsed_endpoints)
        self._keys: KeySet | None = None

    @classmethod
    def of(cls, settings: "Settings") -> "Provider | None":
        if not settings.openid_issuer:
            return None
        secret = settings.openid_client_secret
        return cls(
            settings.openid_issuer,
            client_id=settings.openid_client_id,
            client_secret=secret.get_secret_value() if secret else None,
        )

    def sign_in_url(self, secrets: SignInSecrets, *, state: str, redirect_uri: str, now: datetime) -> str:
        """Return the address of the provider's sign-in page.

        Raises:
            Unavailable: the provider's discovery document could not be read.
        """
        address = self.discover(now).authorization_endpoint
        query = {
            "response_type": "code",
            "scope": "openid email",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": secrets.nonce,
            "code_challenge": secrets.challenge,
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def identity(self, code: str, secrets: SignInSecrets, *, redirect_uri: str, now: datetime) -> Identity:
        """Exchange the code for an ID token, and return the account that the token names.

        Raises:
            NotSignedIn: the provider refused the code, or the ID token is invalid.
            Unavailable: the provider does not respond.
        """
        endpoints = self.discover(now)
        token = self._id_token(endpoints, code, secrets, redirect_uri)
        try:
            key = self._key_set(endpoints).find(key_id(token), now=now)
        except DocumentUnavailable as error:
            raise _unavailable() from error
        if key is None:
            raise refused()
        return identity_of(
            token, key, issuer=self._issuer, client_id=self._client_id, nonce=secrets.nonce, now=now
        )

    def discover(self, now: datetime) -> Endpoints:
        """Return the provider's endpoints, which are normally read twice a day.

        Raises:
            Unavailable: the discovery document could not be read or names another issuer, and no copy of the
                last 24 hours is cached.
        """
        try:
            return self._discovery.get(now=now)
        except DocumentUnavailable as error:
            raise _unavailable() from error

    def _parsed_endpoints(self, content: bytes) -> Endpoints:
        found = Endpoints.model_validate_json(content)
        if found.issuer != self._issuer:
            raise ValueError(f"the discovery document names the issuer {found.issuer}")
        return found

    def _key_set(self, endpoints: Endpoints) -> KeySet:
        """Return the provider's key set; its cached keys are kept unless the provider moved the key set."""
        keys = self._keys
        if keys is None or keys.url != endpoints.jwks_uri:
            keys = self._keys = KeySet(endpoints.jwks_uri)
        return keys

    def _id_token(self, endpoints: Endpoints, code: str, secrets: SignInSecrets, redirect_uri: str) -> str:
        import httpx2

        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": secrets.verifier,
        }
        auth = None
        methods = endpoints.token_endpoint_auth_methods_supported
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in methods:
            # RFC 6749, section 2.3.1: encode the id and the secret as in a form before they are joined.
            auth = httpx2.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        try:
            answer = httpx2.post(endpoints.token_endpoint, data=form, auth=auth, timeout=TIMEOUT_S)
        except httpx2.HTTPError as error:
            log.warning("the token endpoint of %s does not respond: %s", self._issuer, error)
            raise _unavailable() from error
        return self._read_token(answer)

    def _read_token(self, answer: "httpx2.Response") -> str:
        if answer.status_code >= 500:
            log.warning("the token endpoint of %s answered %d", self._issuer, answer.status_code)
            raise _unavailable()
        if answer.status_code != 200:
            # The body names the reason, such as invalid_grant or invalid_client, and contains no secret.
            log.warning("%s refused a code: %s", self._issuer, answer.text[:200])
            raise refused()
        try:
            return _TokenAnswer.model_validate_json(answer.content).id_token
        except ValidationError as error:
            raise NotSignedIn(
                "The sign-in provider sent no ID token. Tell an admin of this server.", code="sign_in_failed"
            ) from error


def _unavailable() -> Unavailable:
    return Unavailable(
        "The sign-in provider does not respond. Try again in a minute, or sign in with a key.",
        code="provider_unavailable",
    )
