"""Sends hostile values to every route, as a person who has every permission."""

import json
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.annotators.queries import ANNOTATORS
from app.benchmarks.queries import BENCHMARKS, PAIRS
from app.jobs.queries import JOBS
from app.people.queries import KEYS, PEOPLE
from app.studies.queries import STUDIES
from app.submissions.queries import CLIPS, MODELS, SUBMISSIONS
from app.tasks.queries import TASKS
from tests.acting import assign
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, enter, make_submission

CANARY = "canary-77c2"
STATUSES = {200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


def bounded(examples: int) -> settings:
    """Return Hypothesis settings with this number of examples; every run uses the same examples."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


any_text = st.text(max_size=30) | st.sampled_from(
    ["\ud800", "\x00", "\u202e", "ﬃ", "a\u0000b", "'", "%", "\\"]
)
texts = any_text | any_text.map(lambda text: CANARY + text)
numbers = (
    st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from([2**31, 2**31 - 1, 2**53, 2**62, 2**63, 2**64, -1, 0, 10**400])
)
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


class World:
    """A client with every permission, and the names of the objects that exist."""

    def __init__(self, cast: Cast, study: Study, annotator: TestClient, token: str) -> None:
        self.client = annotator
        self.client.headers["Authorization"] = f"Bearer {cast.ada.key}"
        self.operations = _operations(self.client.get("/api/v1/openapi.json").json())
        motif, cinemo = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
        self.open_submission = make_submission(
            cast.context, cast.alice, model="motif", label="fuzz", final=False, pair_ids=()
        )
        sides = {"reference": motif, "other": cinemo}
        self.known: dict[str, list[Any]] = {
            "/studies": [study.slug],
            "/benchmarks": [BENCHMARK],
            "/models": ["motif"],
            "benchmark": [BENCHMARK],
            "model": ["motif"],
            "matchups": [[sides], [{"reference": motif, "other": motif}]],
            "public_id": [motif, self.open_submission],
            "pair_id": list(PAIR_IDS[:2]),
            "token": [token],
            "after": [token],
            "table": ["votes", "preferences"],
            "file_format": ["csv", "json"],
            "suite": ["motion"],
            "choice": ["left", "right"],
            "justifications": [["object_motion"]],
            "reason": ["upsetting"],
            "count": [1],
            "lease_s": [5, 900],
            "name": ["a name", "charlie"],
            "role": ["researcher"],
            "scopes": [None, ["read"]],
            "days": [None, 1],
            "key_id": ["2"],
            "task_id": ["1"],
            "invitation_id": ["1"],
            "source": ["hf://ada/balloons"],
            "study": ["elsewhere"],
            "map": ["pair=item"],
            "answers": ["sides"],
            "dry_run": ["true"],
            "title": ["a title"],
            "description": ["two\nlines"],
            "instructions": [""],
            "url": ["https://example.org"],
            "label": ["", "a"],
            "allow_partial": [False, True],
            "votes_per_comparison": [1, 99],
            "comparisons_per_annotator": [None, 1],
            "require_justification": [True],
            "seed": [None, 0, 2**62 - 1],
            "decision_ms": [None, 0, 2**31 - 1],
            "left_watched_ms": [None],
            "right_watched_ms": [0],
            "limit": [1, 1000],
            "watch_gate": ["off"],
            "renditions": ["remux"],
        }

    def plausible(self, name: str, path: str) -> st.SearchStrategy[Any]:
        if name == "slug":
            name = "/" + path.split("/")[3]
        if name == "cursor":
            return st.sampled_from(["", *CURSORS.get(path.removeprefix("/api/v1"), [])])
        return st.sampled_from(self.known.get(name, ["a plain text"]))


def world_of(cast: Cast) -> World:
    """Return a world whose client is Ada, who is both an admin and an annotator."""
    study = cast.open_study()
    annotator = enter(client_of(cast.context), study)
    return World(cast, study, annotator, assign(annotator, study)["token"])


# A cursor of each list, at its first row.
CURSORS = {
    "/benchmarks": [BENCHMARKS.cursor(("a",))],
    "/benchmarks/{slug}/pairs": [PAIRS.cursor((1, 0))],
    "/models": [MODELS.cursor(("a",))],
    "/submissions": [SUBMISSIONS.cursor((2,))],
    "/submissions/{public_id}/clips": [CLIPS.cursor((0, 0))],
    "/studies": [STUDIES.cursor((2,))],
    "/studies/{slug}/annotators": [ANNOTATORS.cursor((0,))],
    "/jobs": [JOBS.cursor((0,))],
    "/people": [PEOPLE.cursor(("a",))],
    "/keys": [KEYS.cursor((0,))],
    "/tasks": [TASKS.cursor((2,))],
}
# These requests end the study, and then every vote is refused for this reason only. test_json_bodies.py tests
# these requests.
END_OF_PLAY = ("/close", "/withdraw")

Operation = tuple[str, str, list[str], list[str], list[str]]


def _operations(openapi: dict[str, Any]) -> list[Operation]:
    """Return the method and path of every route, and the parameter names of its path, query and body."""
    found = []
    for path, methods in openapi["paths"].items():
        for method, described in methods.items():
            parameters = described.get("parameters", [])
            names = {
                place: [each["name"] for each in parameters if each["in"] == place]
                for place in ("path", "query")
            }
            content = described.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            for each in (schema, *schema.get("anyOf", ())):
                if "$ref" in each:
                    schema = openapi["components"]["schemas"][each["$ref"].rsplit("/", 1)[1]]
            found.append((method, path, names["path"], names["query"], list(schema.get("properties", ()))))
    return found


def send(world: World, data: st.DataObject, operation: Operation) -> Response:
    """Send a request in which at most one value, or the whole body, is hostile."""
    method, path, in_path, in_query, in_body = operation
    victim = data.draw(st.sampled_from([*in_path, *in_query, *in_body, "body", "nothing"]), label="victim")

    def part(name: str, hostile: st.SearchStrategy[Any]) -> Any:
        return data.draw(hostile if name == victim else world.plausible(name, path), label=name)

    address = path
    for name in in_path:
        address = address.replace(f"{{{name}}}", quoted(part(name, texts)))
    query = "&".join(f"{name}={quoted(part(name, leaves))}" for name in in_query)
    if not in_body:
        return world.client.request(method, f"{address}?{query}")
    body = data.draw(values) if victim == "body" else {name: part(name, leaves | values) for name in in_body}
    # Python writes NaN and lone surrogates as other programs do: NaN, \\ud800.
    return world.client.request(
        method, address, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )


def quoted(value: object) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")
