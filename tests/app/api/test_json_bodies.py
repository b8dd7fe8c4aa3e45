"""Invalid JSON bodies and unknown fields: a clear error message, which never repeats the input."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from app.tables.base import Base
from tests.acting import assign, refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, Cast, enter, make_submission

CANARY = "canary-5b1e"


@dataclass(frozen=True)
class Door:
    """A route that accepts JSON, and a valid body for the route."""

    method: str
    path: str
    body: dict[str, Any]
    client: TestClient

    def send(self, content: bytes, content_type: str = "application/json") -> Response:
        return self.client.request(
            self.method, self.path, content=content, headers={"Content-Type": content_type}
        )


DOORS = ("model", "submission", "finalise", "withdraw", "study", "invitations", "assignment", "vote", "skip")


@pytest.fixture(scope="module")
def doors(shared_cast: Cast) -> dict[str, Door]:
    """Every route that accepts JSON, with a person who may use the route."""
    study = shared_cast.open_study("doors")
    researcher = client_of(shared_cast.context, shared_cast.alice)
    annotator = enter(client_of(shared_cast.context), study)
    token = assign(annotator, study)["token"]
    submission = make_submission(
        shared_cast.context, shared_cast.alice, model="motif", label="open", final=False, pair_ids=()
    )
    sides = {"reference": shared_cast.submission_ids["motif"], "other": shared_cast.submission_ids["cinemo"]}
    plan = {"slug": "another", "title": "Another", "benchmark": BENCHMARK, "matchups": [sides]}
    bodies: dict[str, tuple[str, str, dict[str, Any], TestClient]] = {
        "model": ("PUT", "/models/new", {"name": "New"}, researcher),
        "submission": ("POST", "/submissions", {"model": "motif", "benchmark": BENCHMARK}, researcher),
        "finalise": ("POST", f"/submissions/{submission}/finalise", {"allow_partial": True}, researcher),
        "withdraw": ("POST", f"/submissions/{submission}/withdraw", {"reason": "wrong seed"}, researcher),
        "study": ("POST", "/studies", plan, researcher),
        "invitations": ("POST", "/studies/doors/invitations", {"count": 1}, researcher),
        "assignment": ("POST", "/studies/doors/assignments", {"after": token}, annotator),
        "vote": (
            "POST",
            f"/assignments/{token}/vote",
            {"choice": "left", "justifications": ["object_motion"], "decision_ms": 900},
            annotator,
        ),
        "skip": ("POST", f"/assignments/{token}/skip", {"reason": "upsetting"}, annotator),
    }
    return {
        name: Door(method, f"/api/v1{path}", body, client)
        for name, (method, path, body, client) in bodies.items()
    }


@pytest.fixture
def door(doors: dict[str, Door], shared_cast: Cast, request: pytest.FixtureRequest) -> Iterator[Door]:
    """The route of the test's parameter; after the test, every table must have as many rows as before."""
    before = row_counts(shared_cast)
    yield doors[request.param]
    assert row_counts(shared_cast) == before


def row_counts(cast: Cast) -> dict[str, int]:
    with cast.context.database.read() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


NOT_JSON = {
    "cut off": b'{"name": "a',
    "a single quote": b"{'name': 'a'}",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "a name twice": b'{"name": "a", "name": "b"}',
    "a name twice, further in": b'{"name": {"a": 1, "a": 1}}',
    "5000 digits": b'{"name": ' + b"9" * 5000 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "an overlong NUL": b'{"name": "\xc0\x80"}',
    "a raw surrogate": b'{"name": "\xed\xa0\x80"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a raw NUL": b'{"name": "a\x00b"}',
    "two values": b"{}{}",
    "white space": b" \r\n",
}


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_what_is_not_json_is_400(door: Door) -> None:
    for content in NOT_JSON.values():
        refused(door.send(content), 400, "not_json")


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_json_of_another_shape_is_422(door: Door) -> None:
    for content in (b"[]", b'"name"', b"17", b"true", b'[{"name": "a"}]'):
        refused(door.send(content), 422, "invalid_field")


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_json_that_does_not_say_it_is_json_is_415(door: Door) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "text/html", "video/mp4", "x"):
        refused(door.send(b'{"name": "a"}', content_type), 415, "wrong_media_type")


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_an_unknown_field_is_422_and_not_repeated(door: Door) -> None:
    unknown = f'"{CANARY}": 1'
    known = ", ".join(f'"{name}": {json.dumps(value)}' for name, value in door.body.items())

    answer = door.send(f"{{{known}, {unknown}}}".encode())

    refused(answer, 422, "invalid_field")
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("door", "field"), [("finalise", "allow_partial"), ("study", "require_justification")], indirect=["door"]
)
@pytest.mark.parametrize("number", [0, 1, 1.0])
def test_a_number_is_not_accepted_as_a_boolean(door: Door, field: str, number: float) -> None:
    answer = door.send(json.dumps({**door.body, field: number}).encode())

    refused(answer, 422, "invalid_field")
    assert answer.json()["message"].startswith(field)


def test_true_is_not_accepted_as_a_number(doors: dict[str, Door]) -> None:
    door = doors["study"]

    response = door.send(json.dumps(door.body | {"votes_per_comparison": True}).encode())

    refused(response, 422, "invalid_field")
    assert "votes_per_comparison must be a number, not true or false" in response.json()["message"]


# Values that some databases refuse, for each known field in turn.
HOSTILE = {
    "a lone surrogate": r'"canary-5b1e\ud800"',
    "NUL": r'"canary-5b1e\u0000"',
    "an escape sequence": r'"canary-5b1e\u001b[2J"',
    "2^63": "9223372036854775808",
    "-2^63 - 1": "-9223372036854775809",
    "1e400": "1e400",
    "a fraction": "1.5",
    "a very long text": f'"{CANARY * 2000}"',
    "a path": r'"../../canary-5b1e/etc"',
    "SQL": '"canary-5b1e\'; DROP TABLE votes; --"',
    "an object": f'{{"{CANARY}": 1}}',
    "a list": f'["{CANARY}"]',
    "deep": "[" * 500 + "]" * 500,
}
# A person's text may contain every character that can be displayed.
TAKEN_AS_TEXT = {(field, what) for field in ("name", "title", "reason") for what in ("a path", "SQL")}


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_a_hostile_value_in_any_field_is_422_names_the_field_and_is_not_repeated(door: Door) -> None:
    for field in door.body:
        for what, value in HOSTILE.items():
            if (field, what) in TAKEN_AS_TEXT:
                continue
            fields = {name: json.dumps(each) for name, each in door.body.items()} | {field: value}
            content = ", ".join(f'"{name}": {each}' for name, each in fields.items())

            answer = door.send(f"{{{content}}}".encode())

            refused(answer, 422, "invalid_field")
            assert answer.json()["message"].startswith(field), (field, what, answer.text)
            assert CANARY not in answer.text, (field, what)


@pytest.mark.parametrize(
    "door", [door for door in DOORS if door not in ("finalise", "assignment")], indirect=True
)
def test_no_body_is_422(door: Door) -> None:
    refused(door.send(b""), 422, "invalid_field")


@pytest.mark.parametrize(
    ("door", "field", "words"),
    [
        ("study", "slug", "slug: Use at most 64 lower-case letters, digits"),
        ("submission", "label", "label: Use at most 64 letters, digits"),
    ],
    indirect=["door"],
)
def test_the_error_of_a_malformed_text_describes_the_expected_form(
    door: Door, field: str, words: str
) -> None:
    answer = door.send(json.dumps(door.body | {field: f"{CANARY} !"}).encode())

    refused(answer, 422, "invalid_field")
    assert answer.json()["message"].startswith(words)
    assert CANARY not in answer.text
