"""A stand-in for Prolific on loopback: signing keys, submissions and signed links.

The answers have the form of the examples in Prolific's documentation, read 2026-11-30:
docs.prolific.com/api-reference/well-known-endpoints/get-study-jwks (the keys),
docs.prolific.com/api-reference/submissions/get-submissions and .../get-submission (the submissions).
The form of the token follows the first page; the parameter's name and the ids follow Prolific's "secure
external URL".
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.http_server import StandInHandler, running_http_server

PID = "60bf9310e8dec401be6e9615"
STUDY_ID = "60aca280709ee40ec37d4885"
SESSION_ID = "60d9aadeb86739de712faee0"
IDS = {"PROLIFIC_PID": PID, "STUDY_ID": STUDY_ID, "SESSION_ID": SESSION_ID}
# Creating a key takes longer than a test, so all tests use these.
KEYS = {name: RSAKey.generate_key(2048, {"kid": name}) for name in ("a1b2c3d4e5f6g7h8i9j0", "next")}
FIRST, NEXT = KEYS


class ProlificApi:
    """The data that the stand-in serves, and the requests that it got.

    If `fault` is set, it is the status of every response.
    """

    def __init__(self) -> None:
        self.address = ""
        self.published = [FIRST]
        self.submissions: list[dict[str, object]] = []
        self.requests: list[tuple[str, str]] = []
        self.fault: int | None = None

    def answer(self, path: str, authorization: str) -> tuple[int, object]:
        self.requests.append((path, authorization))
        parts = urlsplit(path)
        if self.fault is not None:
            return self.fault, {"error": {"status": self.fault}}
        if parts.path == "/.well-known/study/jwks.json":
            more = {"alg": "RS256", "use": "sig", "key_ops": ["verify"]}
            return 200, {"keys": [KEYS[name].as_dict(private=False) | more for name in self.published]}
        if parts.path == "/api/v1/submissions/" and authorization == "Token the-token-of-the-lab":
            query = parse_qs(parts.query)
            size, page = int(query["page_size"][0]), int(query["page"][0])
            of_study = [each for each in self.submissions if each["study_id"] == query["study"][0]]
            return 200, {"results": of_study[size * (page - 1) : size * page]}
        return 401 if authorization else 404, {"error": {"status": 401, "title": "Unauthorized"}}


def submission(status: str, **changes: object) -> dict[str, object]:
    """Return a submission, as in the example of Prolific's documentation."""
    return {
        "id": SESSION_ID,
        "started_at": "2021-06-28T10:00:00Z",
        "status": status,
        "study_id": STUDY_ID,
        "completed_at": None,
        "entered_code": None,
        "participant": PID,
    } | changes


def signed(audience: str, *, key: str = FIRST, **changes: object) -> str:
    """Return a token as Prolific appends it to a link; `changes` replaces ids or claims."""
    ids = IDS | {name: value for name, value in changes.items() if name in IDS}
    claims = {
        "iss": "https://www.prolific.com",
        "aud": audience,
        "sub": ids["SESSION_ID"],
        "iat": int(time.time()),
        "exp": int(time.time()) + 300,
        "prolific": ids | {"workspace_id": "63722982f9cc073ecc730f6b"},
    } | {name: value for name, value in changes.items() if name not in IDS}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": key}, present, KEYS[key])


@contextmanager
def running_api() -> Iterator[ProlificApi]:
    api = ProlificApi()

    class Handler(StandInHandler):
        def answer(self, _: bytes) -> None:
            status, told = api.answer(self.path, self.headers.get("Authorization", ""))
            self.respond(status, json.dumps(told).encode())

    with running_http_server(Handler) as address:
        api.address = address
        yield api
