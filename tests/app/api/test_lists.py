"""All lists use one format of pages; cursors are opaque, and added rows do not shift a page."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cursors import KeyType, ListOrder
from app.errors import Invalid
from app.main import API
from benchmark.protocol import Visibility
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, IMAGES, PAIR_IDS, Cast, enter, make_benchmark, make_submission

HUGE = 2**63


@dataclass(frozen=True)
class World:
    """Ada's client, and for every list its address and the name of its rows."""

    cast: Cast
    ada: TestClient
    lists: dict[str, str]

    def page(self, address: str, **query: object) -> dict[str, Any]:
        answer = self.ada.get(address, params=query)  # type: ignore[arg-type]  # strings and numbers
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def rows(self, address: str, **query: object) -> list[dict[str, Any]]:
        """Return all rows, which are read in pages of one row."""
        found, cursor = [], None
        while True:
            page = self.page(address, limit=1, **query, **({"cursor": cursor} if cursor else {}))
            assert len(page[self.lists[address]]) <= 1
            found += page[self.lists[address]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


@pytest.fixture
def world(either_cast: Cast) -> World:
    cast = either_cast
    study = cast.open_study()
    cast.open_study("second-study")
    for _ in range(3):
        enter(client_of(cast.context), study)
    client_of(cast.context, cast.alice).post(
        f"{API}/jobs", json={"model": "motif", "benchmark": BENCHMARK, "label": "jobs"}
    ).raise_for_status()
    make_submission(cast.context, cast.alice, model="motif", label="all", pair_ids=PAIR_IDS[:3])
    clips = _submission(cast, label="all")
    lists = {
        f"{API}/benchmarks": "benchmarks",
        f"{API}/benchmarks/{BENCHMARK}/pairs": "pairs",
        f"{API}/models": "models",
        f"{API}/submissions": "submissions",
        f"{API}/submissions/{clips}/clips": "clips",
        f"{API}/studies": "studies",
        f"{API}/studies/{study.slug}/annotators": "annotators",
        f"{API}/jobs": "jobs",
        f"{API}/people": "people",
        f"{API}/keys": "keys",
        f"{API}/tasks": "tasks",
        f"{API}/audit-events": "events",
    }
    return World(cast, client_of(cast.context, cast.ada), lists)


def _submission(cast: Cast, *, label: str) -> str:
    found = client_of(cast.context, cast.alice).get(f"{API}/submissions", params={"label": label}).json()
    (row,) = found["submissions"]
    return str(row["id"])


def test_every_list_has_pages_in_one_format(world: World) -> None:
    make_benchmark(world.cast.context, slug="another")
    for address, name in world.lists.items():
        whole = world.page(address, limit=1000)
        assert set(whole) - {"counts"} == {name, "next_cursor"}, address
        assert whole["next_cursor"] is None
        assert len(whole[name]) > 1, address
        assert world.rows(address) == whole[name], address


def test_a_wrong_cursor_is_422_on_every_list(world: World) -> None:
    make_benchmark(world.cast.context, slug="another")
    cursors = {address: world.page(address, limit=1)["next_cursor"] for address in world.lists}
    wrong = ["", "0", "3-0", "%", "é", "A" * 2000, "W10", "bnVsbA", "[" * 500]
    for address in world.lists:
        others = [cursor for of, cursor in cursors.items() if of != address]
        for cursor in (*wrong, *others):
            answer = world.ada.get(address, params={"cursor": cursor})
            refused(answer, 422, "invalid_cursor")
            assert world.ada.get(address, params={"cursor": "A" * 2001}).status_code == 422


def test_no_number_in_a_cursor_overflows_a_column(world: World) -> None:
    for address, name in world.lists.items():
        for parts in (1, 2):
            for number in (2**31 - 1, 2**31, HUGE - 1, HUGE, 0):
                order = ListOrder(name, (KeyType.BIG_INTEGER,) * parts)
                answer = world.ada.get(address, params={"cursor": order.cursor((number,) * parts)})
                assert answer.status_code in (200, 404, 422), (address, number, answer.text)


def test_a_limit_is_1_to_1000(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)

    for limit in ("0", "1001", "-1", "x", "1e3", ""):
        refused(alice.get(f"{API}/studies", params={"limit": limit}), 422, "invalid_field")


def test_rows_that_are_added_shift_no_page(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)
    for slug in ("study-1", "study-2", "study-3"):
        cast.open_study(slug)

    first = alice.get(f"{API}/studies", params={"limit": 2}).json()
    cast.open_study("study-4")
    rest = alice.get(f"{API}/studies", params={"cursor": first["next_cursor"]}).json()

    listed = [row["slug"] for row in first["studies"] + rest["studies"]]
    assert listed == ["study-3", "study-2", "study-1"]


def test_pages_of_pairs_keep_to_the_version_of_the_first(cast: Cast) -> None:
    visitor = client_of(cast.context)
    address = f"{API}/benchmarks/{BENCHMARK}/pairs"
    first = visitor.get(address, params={"limit": 4}).json()

    make_benchmark(cast.context, version=2, prompts=("it sinks",))

    rest = visitor.get(address, params={"cursor": first["next_cursor"]}).json()
    assert [row["pair_id"] for row in first["pairs"] + rest["pairs"]] == list(PAIR_IDS)
    assert len(visitor.get(address).json()["pairs"]) == len(IMAGES)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("benchmarks", {"visibility": "public"}, 1),
        ("benchmarks", {"visibility": "private"}, 0),
        (f"benchmarks/{BENCHMARK}/pairs", {"scenario": "boat"}, 2),
        (f"benchmarks/{BENCHMARK}/pairs", {"scenario": "kite", "image": "kite2"}, 2),
        (f"benchmarks/{BENCHMARK}/pairs", {"scenario": "boat", "image": "kite2"}, 0),
        ("models", {"mine": "true"}, 3),
        ("submissions", {"model": "motif"}, 1),
        ("submissions", {"model": "motif", "label": "other"}, 0),
        ("submissions", {"label": ""}, 3),
        ("submissions", {"benchmark": BENCHMARK, "status": "final"}, 3),
        ("submissions", {"status": "open", "visible": "true"}, 0),
        ("studies", {"status": "open", "benchmark": BENCHMARK, "kind": "human"}, 1),
        ("studies", {"status": "draft"}, 0),
        ("studies", {"kind": "imported"}, 0),
        ("studies/motif-study/annotators", {"excluded": "false"}, 1),
        ("studies/motif-study/annotators", {"excluded": "true"}, 0),
        ("studies/motif-study/annotators", {"flag": "fast"}, 0),
        ("submissions/{motif}/clips", {"pair_id": PAIR_IDS[1]}, 1),
        ("submissions/{motif}/clips", {"seed": "0"}, len(PAIR_IDS)),
        ("submissions/{motif}/clips", {"seed": "1"}, 0),
    ],
)
def test_a_filter_keeps_the_rows_that_match(
    cast: Cast, path: str, query: dict[str, str], expected: int
) -> None:
    study = cast.open_study()
    enter(client_of(cast.context), study)
    alice = client_of(cast.context, cast.alice)

    answer = alice.get(f"{API}/{path.format(**cast.submission_ids)}", params=query)

    assert answer.status_code == 200, answer.text
    (rows,) = [value for value in answer.json().values() if isinstance(value, list)]
    assert len(rows) == expected


def test_the_models_of_other_people_are_not_listed_as_own(cast: Cast) -> None:
    ada = client_of(cast.context, cast.ada)

    assert len(ada.get(f"{API}/models").json()["models"]) == 3
    assert ada.get(f"{API}/models", params={"mine": "true"}).json()["models"] == []


def test_a_cursor_is_read_back_as_it_was_written() -> None:
    order = ListOrder("things", (KeyType.TEXT, KeyType.BIG_INTEGER))

    page = order.page(limit=2, cursor=order.cursor(("ä-1", HUGE - 1)))

    assert page.after == ("ä-1", HUGE - 1)
    for key in ((1, 1), ("a",), ("a", -1), ("a", True), ("a", HUGE), ("\x00", 1), ("a" * 401, 1)):
        with pytest.raises(Invalid):
            order.page(limit=2, cursor=order.cursor(key))


def test_a_visibility_is_a_known_word(cast: Cast) -> None:
    answer = client_of(cast.context).get(f"{API}/benchmarks", params={"visibility": "hidden"})

    refused(answer, 422, "invalid_field")
    assert all(each.value in answer.json()["message"] for each in Visibility)
