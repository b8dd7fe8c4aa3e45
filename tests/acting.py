"""Functions that act as an annotator over HTTP, such as `vote`."""

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.cast import Study

Card = dict[str, str]


def ask(client: TestClient, study: Study, **body: str) -> Response:
    return client.post(f"/api/v1/studies/{study.slug}/assignments", json=body or None)


def assign(client: TestClient, study: Study, **body: str) -> Card:
    answer = ask(client, study, **body)
    assert answer.status_code == 200, answer.text
    card: Card = answer.json()
    return card


def vote(
    client: TestClient, token: str, choice: str = "left", reasons: tuple[str, ...] = ("object_motion",)
) -> Response:
    return client.post(
        f"/api/v1/assignments/{token}/vote", json={"choice": choice, "justifications": list(reasons)}
    )


def refused(answer: Response, status: int, code: str) -> None:
    """Assert that a response has this status, this error code and the form of the contract."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error"] == code
    assert {"error", "message", "request_id"} <= set(body) <= {"error", "message", "request_id", "problems"}
    assert body["request_id"] == answer.headers["x-request-id"]
