"""Random requests to the routes of jobs never get status 500; the sender has every permission."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.api.conftest import client_of
from tests.app.api.hostile import CANARY, STATUSES, World, bounded, send
from tests.app.jobs.acting import WorkerProgram, ask
from tests.cast import PAIR_IDS, Cast

WORKER = {"name": "gpu-box", "device": "cuda:0", "gpu": None}


class JobsWorld(World):
    """Ada's client, which may create, claim and cancel jobs, with valid values for the requests."""

    def __init__(self, cast: Cast) -> None:
        client = client_of(cast.context, cast.ada)
        super().__init__(cast, cast.open_study(), client, "a" * 43)
        self.submission = ask(client)["submissions"][0]["id"]
        held = WorkerProgram(client).claim(count=2)
        self.operations = [each for each in self.operations if "/jobs" in each[1]]
        self.known |= {
            "public_id": [job["id"] for job in held],
            "attempt": [1, 2],
            "worker": [WORKER],
            "models": [["motif"], ["motif", "nobodys"]],
            "holding": [None, "motif"],
            "count": [1, 32],
            "pairs": [None, list(PAIR_IDS[:2])],
            "seeds": [[0], [1, 2]],
            "priority": [0, -1000],
            "label": ["asked", "", "other"],
            "submission": [self.submission],
            "status": ["queued", "failed"],
            "kind": ["crash", "bad_input"],
            "message": ["it fell over"],
            "log_tail": ["", "Traceback"],
        }

    def plausible(self, name: str, path: str) -> st.SearchStrategy[Any]:
        if name == "status":
            return st.sampled_from(self.known["status"])
        return super().plausible(name, path)


@pytest.mark.parametrize("examples", [7, pytest.param(100, marks=pytest.mark.full_size)], ids=["part", "all"])
def test_no_request_about_jobs_is_a_500(either_cast: Cast, examples: int) -> None:
    world = JobsWorld(either_cast)
    seen: set[int] = set()

    @bounded(examples)
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        for operation in world.operations:
            answer = send(world, data, operation)
            seen.add(answer.status_code)
            assert answer.status_code in STATUSES, (operation[:2], answer.text)
            if answer.status_code >= 400:
                assert {"error", "message", "request_id"} <= set(answer.json())
                assert CANARY not in answer.text, operation[:2]

    attack()
    assert {200, 201, 409, 422} <= seen
