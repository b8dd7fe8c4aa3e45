"""Random requests to every route in OpenAPI get a response that the contract allows, never status 500."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.api.hostile import CANARY, END_OF_PLAY, STATUSES, World, bounded, send, world_of
from tests.cast import PAIR_IDS, Cast


@pytest.fixture
def world(either_cast: Cast) -> World:
    return world_of(either_cast)


@pytest.mark.parametrize("examples", [7, pytest.param(100, marks=pytest.mark.full_size)], ids=["part", "all"])
def test_no_request_of_any_shape_is_a_500(world: World, examples: int) -> None:
    @bounded(examples)
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        for operation in world.operations:
            if operation[1].endswith(END_OF_PLAY):
                continue
            answer = send(world, data, operation)
            assert answer.status_code in STATUSES, (operation[:2], answer.text)
            if answer.status_code >= 400:
                body = answer.json()
                assert {"error", "message", "request_id"} <= set(body)
                assert CANARY not in answer.text, operation[:2]

    attack()


HOSTILE_HEADERS = {
    "Range": ["bytes=", "bytes=-0", "bytes=9-1", "bytes=0-0,5-6", "bytes=" + "9" * 5000 + "-", b"\xff"],
    "Cookie": [
        "ti2v_session=",
        "ti2v_session=%00",
        b"ti2v_session=\xff",
        "=;=;",
        "ti2v_session=" + "a" * 9000,
    ],
    "Authorization": ["", "Bearer", b"Bearer \xff", "Basic Og==", "Bearer a b"],
    "Content-Type": ["", "a/b/c;;=", "multipart/form-data", "multipart/form-data; boundary=", b"\xff"],
    "Accept": [b"\xff", "text/html;q=zz", "text/html," * 500],
    "Origin": ["null", "http://[", b"\xff"],
    "Sec-Fetch-Site": [b"\xff", ""],
    "Content-Digest": ["sha-256=:AAAA:", b"\xff", ""],
    "X-Content-Sha256": ["0" * 63, b"\xff"],
    "Ti2v-Job": ["0" * 16, b"\xff"],
    "Ti2v-Attempt": ["9" * 5000, "-1", b"\xff"],
    "Ti2v-Provenance": ["!!!", "bnVsbA==", "TmFO", "eyJhIjoiXHVkODAwIn0=", "eyJhIjoxZTQwMH0=", "W" * 6000],
    "Host": ["", "[", b"\xff"],
}


def test_no_header_is_a_500(world: World) -> None:
    token, submission = world.known["token"][0], world.open_submission
    doors = (
        ("GET", "/"),
        ("GET", "/api/v1/studies"),
        ("GET", f"/media/{token}/left"),
        ("POST", f"/api/v1/assignments/{token}/vote"),
        ("POST", f"/studies/{world.known['/studies'][0]}/skip"),
        ("PUT", f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[0]}"),
    )
    for name, hostile in HOSTILE_HEADERS.items():
        for value in hostile:
            for method, address in doors:
                answer = world.client.request(method, address, headers={name: value}, content=b"x")
                assert answer.status_code < 500, (name, value, method, address, answer.text)
