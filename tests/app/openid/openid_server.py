"""An OpenID Connect provider on loopback: discovery, sign-in page, token endpoint with PKCE, key set.

Sources: OpenID Connect Core 1.0 (3.1.2 to 3.1.3), OpenID Connect Discovery 1.0, RFC 6749 and RFC 7636.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.http_server import StandInHandler, running_http_server

CLIENT_ID = "ti2v:bench"
SECRET = "a secret/with+signs"
KEY = RSAKey.generate_key(2048, {"kid": "first"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "other"})
Claims = dict[str, object]


def signed(claims: Claims, key: RSAKey = KEY, *, kid: str = "first") -> str:
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, key)


@dataclass
class OpenIdServer:
    """The state of the provider: the account that signs in, and the faults to simulate."""

    address: str = ""
    account: Claims = field(default_factory=dict)
    # Turns the claims of an account into an ID token.
    sign: Callable[[Claims], str] = signed
    faults: Mapping[str, tuple[int, object]] = field(default_factory=dict)
    auth_methods: tuple[str, ...] = ("client_secret_basic",)
    # What the sign-in page was asked for, by code; each code works once.
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    # The paths of the GET requests.
    requests: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.account = {"sub": "subject-1", "email": "alice@example.org", "email_verified": True}
        self.sign, self.faults, self.auth_methods, self.codes = signed, {}, ("client_secret_basic",), {}
        self.requests = []

    def discovery(self) -> Claims:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize?tenant=lab",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": self.auth_methods,
        }

    def get(self, path: str) -> tuple[int, object]:
        name = urlsplit(path).path
        self.requests.append(name)
        if name in self.faults:
            return self.faults[name]
        if name == "/.well-known/openid-configuration":
            return 200, self.discovery()
        if name == "/keys":
            return 200, {"keys": [KEY.as_dict(private=False) | {"alg": "RS256", "use": "sig"}]}
        return 404, {}

    def authorize(self, address: str) -> str:
        """Sign the account in, and return the address to which the provider sends the browser back."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{self.address}/authorize" == f"{parts.scheme}://{parts.netloc}{parts.path}"
        assert (asked["response_type"], asked["client_id"], asked["tenant"]) == ("code", CLIENT_ID, "lab")
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.address}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, object]:
        if "/token" in self.faults:
            return self.faults["/token"]
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        return 200, {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": self.sign(claims | self.account),
        }

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        if "client_secret_basic" in self.auth_methods:
            name, _, secret = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
            return (unquote(name), unquote(secret)) == (CLIENT_ID, SECRET)
        if "client_secret_post" in self.auth_methods:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, SECRET)
        return form.get("client_id") == CLIENT_ID


@contextmanager
def running_server() -> Iterator[OpenIdServer]:
    provider = OpenIdServer()

    class Handler(StandInHandler):
        def answer(self, body: bytes) -> None:
            if self.command == "GET":
                status, told = provider.get(self.path)
            else:
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                status, told = provider.token(form, self.headers.get("Authorization", ""))
            self.respond(status, told.encode() if isinstance(told, str) else json.dumps(told).encode())

    with running_http_server(Handler) as address:
        provider.address = address
        yield provider
