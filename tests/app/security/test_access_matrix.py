"""Permissions: every reader requests every address, for each visibility of the object."""

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.context import AppContext
from app.media.store import content_key
from app.tables.bench import Benchmark, Pair
from app.tables.people import Person
from benchmark.protocol import Role, Visibility
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import close, fill_panels
from tests.app.security.test_key_limits import PARAMETERS, REQUIRED_QUERIES, SIGNED
from tests.cast import BENCHMARK, PAIR_IDS, Actor, Cast, make_actor

API = "/api/v1"
PRIVATE, SHARED, PUBLIC = Visibility.PRIVATE, Visibility.SHARED, Visibility.PUBLIC
# Alice owns everything, Ada is an admin, and Bob is the person it is shared with. Victor is a viewer.
READERS = ("alice", "ada", "bob", "charlie", "victor", "worker", "visitor")
OWNERS = frozenset({"alice", "ada"})
PEOPLE = frozenset({"alice", "ada", "bob", "charlie", "victor"})
SEES = {PRIVATE: OWNERS, SHARED: OWNERS | {"bob"}, PUBLIC: PEOPLE}


@dataclass(frozen=True)
class World:
    """Alice's closed study of three submissions on one benchmark, and a client for each person."""

    cast: Cast
    readers: dict[str, TestClient]
    submission: str
    thumbnail: str

    @property
    def alice(self) -> TestClient:
        return self.readers["alice"]

    def set_benchmark(self, visibility: Visibility) -> None:
        with self.cast.context.database.write() as session:
            owner = session.scalars(select(Person.id).where(Person.name == "alice")).one()
            session.execute(update(Benchmark).values(owner_id=owner))
        self.put(f"benchmarks/{BENCHMARK}", visibility)

    def set_submissions(self, visibility: Visibility) -> None:
        for public_id in self.cast.submission_ids.values():
            self.put(f"submissions/{public_id}", visibility)

    def set_study(self, visibility: Visibility) -> None:
        self.put("studies/motif-study", visibility)

    def put(self, subject: str, visibility: Visibility) -> None:
        body = {"visibility": visibility, "people": ["bob"] if visibility is SHARED else []}
        answer = self.alice.put(f"{API}/{subject}/visibility", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == body

    def who_gets(self, address: str) -> set[str]:
        """Return the readers that get 200; all other readers must get the same refusal as strangers."""
        statuses = {name: client.get(address).status_code for name, client in self.readers.items()}
        assert set(statuses.values()) <= {200, 401, 403, 404}, statuses
        return {name for name, status in statuses.items() if status == 200}


@pytest.fixture
def world(context: AppContext, cast: Cast) -> World:
    study = cast.open_study()
    fill_panels(study, people=1)
    close(study, cast.alice)
    actors: dict[str, Actor | None] = {
        "alice": cast.alice,
        "ada": cast.ada,
        "bob": cast.bob,
        "charlie": cast.charlie,
        "victor": make_actor(context, "victor", Role.VIEWER),
        "worker": make_actor(context, "gpu-box", Role.WORKER),
        "visitor": None,
    }
    with context.database.read() as session:
        key = session.scalars(select(Pair.image_key).limit(1)).one()
    sha256 = key.rpartition("/")[2]
    assert content_key("images", sha256) == key
    return World(
        cast,
        {name: client_of(context, actor) for name, actor in actors.items()},
        cast.submission_ids["motif"],
        f"/thumbnails/{sha256}-240.webp",
    )


STUDY_ADDRESSES = (
    f"{API}/studies/motif-study",
    f"{API}/studies/motif-study/results",
    f"{API}/studies/motif-study/exports/votes.csv",
    f"{API}/studies/motif-study/figures/preferences.csv",
    f"{API}/studies/motif-study/report.zip",
    "/studies/motif-study/results",
    "/studies/motif-study/results/1",
    "/studies/motif-study/leaderboard",
    f"/studies/motif-study/pairs/{PAIR_IDS[0]}",
    "/studies/motif-study/scenarios/kite",
    "/studies/motif-study/figures/preferences.csv",
)


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_study_and_its_results(world: World, visibility: Visibility) -> None:
    if visibility is PUBLIC:
        world.set_submissions(PUBLIC)
    world.set_study(visibility)

    # Published results need no key, but the progress of a study does.
    published = {"visitor"} if visibility is PUBLIC else set()
    for address in STUDY_ADDRESSES:
        expected = SEES[visibility] | (published if address != STUDY_ADDRESSES[0] else set())
        assert world.who_gets(address) == expected, address
    listed = {
        name
        for name, client in world.readers.items()
        if client.get(f"{API}/studies").status_code == 200 and client.get(f"{API}/studies").json()["studies"]
    }
    assert listed == SEES[visibility]


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_submission_its_clips_and_its_model(world: World, visibility: Visibility) -> None:
    world.set_submissions(visibility)

    clip = f"/gallery/{BENCHMARK}/{PAIR_IDS[0]}/clips/{world.submission}"
    worker = {"worker"} if visibility is PUBLIC else set()
    assert world.who_gets(f"{API}/submissions/{world.submission}") == SEES[visibility] | worker
    assert world.who_gets(f"{API}/submissions/{world.submission}/clips") == SEES[visibility]
    assert world.who_gets(f"{API}/models/motif") == SEES[visibility] | worker
    assert world.who_gets(clip) == SEES[visibility]
    for name, client in world.readers.items():
        page = client.get(f"/gallery/{BENCHMARK}/{PAIR_IDS[0]}")
        assert (world.submission in page.text) is (name in SEES[visibility] | worker), name
        submissions = client.get(f"{API}/submissions", params={"visible": "true"})
        if submissions.status_code == 200:
            assert bool(submissions.json()["submissions"]) is (name in SEES[visibility]), name
            assert client.get(f"{API}/models").status_code == 200
            assert bool(client.get(f"{API}/models").json()["models"]) is (name in SEES[visibility]), name


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_benchmark_its_pairs_and_images(world: World, visibility: Visibility) -> None:
    world.set_benchmark(visibility)

    everybody = set(READERS)
    expected = everybody if visibility is PUBLIC else SEES[visibility]
    for address in (
        f"{API}/benchmarks/{BENCHMARK}",
        f"{API}/benchmarks/{BENCHMARK}/pairs",
        f"{API}/benchmarks/{BENCHMARK}/pairs/{PAIR_IDS[0]}/image",
        f"/gallery/{BENCHMARK}",
        f"/gallery/{BENCHMARK}/{PAIR_IDS[0]}",
        world.thumbnail,
    ):
        assert world.who_gets(address) == expected, address
    listed = {
        name for name, client in world.readers.items() if client.get(f"{API}/benchmarks").json()["benchmarks"]
    }
    assert listed == expected
    cached = world.alice.get(world.thumbnail).headers["cache-control"].partition(",")[0]
    assert cached == ("public" if visibility is PUBLIC else "private")


def test_what_is_on_a_hidden_benchmark_is_hidden(world: World) -> None:
    world.set_submissions(SHARED)
    world.set_study(SHARED)
    world.set_benchmark(PRIVATE)

    assert world.who_gets(f"{API}/submissions/{world.submission}") == OWNERS
    assert world.who_gets(f"{API}/studies/motif-study/results") == OWNERS


def test_a_person_with_read_access_cannot_change_anything(world: World) -> None:
    world.set_submissions(SHARED)
    world.set_study(SHARED)
    bob = world.readers["bob"]

    for method, address, body in (
        ("POST", f"submissions/{world.submission}/withdraw", {"reason": "not mine"}),
        ("PUT", f"submissions/{world.submission}/visibility", {"visibility": "public"}),
        ("PUT", "studies/motif-study/visibility", {"visibility": "private"}),
        ("GET", "studies/motif-study/visibility", None),
        ("GET", "studies/motif-study/annotators", None),
    ):
        refused(bob.request(method, f"{API}/{address}", json=body), 404, "not_found")


def test_a_study_compares_only_what_its_owner_sees(world: World) -> None:
    body = {
        "slug": "bobs",
        "title": "Bob's",
        "benchmark": BENCHMARK,
        "matchups": [
            {
                "reference": world.cast.submission_ids["motif"],
                "other": world.cast.submission_ids["cinemo"],
            }
        ],
    }
    refused(world.readers["bob"].post(f"{API}/studies", json=body), 422, "bad_matchups")

    world.set_submissions(SHARED)

    assert world.readers["bob"].post(f"{API}/studies", json=body).status_code == 201
    refused(world.readers["charlie"].post(f"{API}/studies", json=body | {"slug": "c"}), 422, "bad_matchups")


def test_public_results_need_public_sides(world: World) -> None:
    address = f"{API}/studies/motif-study/visibility"

    answer = world.alice.put(address, json={"visibility": "public"})

    refused(answer, 409, "sides_not_public")
    assert answer.json()["problems"] == ["cinemo", "dynamicrafter", "motif"]
    world.set_submissions(PUBLIC)
    assert world.alice.put(address, json={"visibility": "public"}).status_code == 200
    hidden = world.alice.put(
        f"{API}/submissions/{world.submission}/visibility", json={"visibility": "private"}
    )
    refused(hidden, 409, "shown_in_public")
    assert hidden.json()["problems"] == ["study motif-study"]


def test_an_unknown_person_is_named_by_their_position(world: World) -> None:
    answer = world.alice.put(
        f"{API}/studies/motif-study/visibility",
        json={"visibility": "shared", "people": ["bob", "nobody-of-that-name"]},
    )

    refused(answer, 422, "unknown_person")
    assert "position 2" in answer.json()["message"]
    assert "nobody-of-that-name" not in answer.text


def test_sharing_again_replaces_the_people(world: World) -> None:
    world.set_study(SHARED)
    address = f"{API}/studies/motif-study/visibility"

    world.alice.put(address, json={"visibility": "shared", "people": ["charlie"]})

    assert world.alice.get(address).json() == {"visibility": "shared", "people": ["charlie"]}
    assert world.who_gets(f"{API}/studies/motif-study") == OWNERS | {"charlie"}


def test_a_check_of_counters_and_the_people_are_for_owners_and_admins(world: World) -> None:
    world.set_submissions(SHARED)
    world.set_study(SHARED)

    assert world.who_gets(f"{API}/studies/motif-study/check") == OWNERS
    assert world.who_gets(f"{API}/people") == {"ada"}
    assert world.who_gets(f"{API}/keys") == {"ada"}


def test_a_task_is_seen_by_who_started_it_and_by_admins(world: World) -> None:
    queued = world.readers["bob"].post(f"{API}/benchmarks", json={"source": "hf://bob/pairs"})
    task = queued.json()["id"]

    assert queued.status_code == 202
    assert world.who_gets(f"{API}/tasks/{task}") == {"bob", "ada"}
    assert world.who_gets(f"{API}/tasks") == OWNERS | {"bob", "charlie"}
    listed = {
        name
        for name in ("alice", "ada", "bob", "charlie")
        if any(row["id"] == task for row in world.readers[name].get(f"{API}/tasks").json()["tasks"])
    }
    assert listed == {"bob", "ada"}


def test_every_route_that_needs_a_person_refuses_a_stranger(world: World) -> None:
    visitor = world.readers["visitor"]
    paths = visitor.get(f"{API}/openapi.json").json()["paths"]
    tried = 0
    for path, methods in paths.items():
        for method, described in methods.items():
            is_signed = path.removeprefix(API) in SIGNED
            if {} in described["security"] or "voting" in described["tags"] or is_signed:
                continue
            address = path.format(**PARAMETERS) + REQUIRED_QUERIES.get(path.removeprefix(API), "")
            answer = visitor.request(method, address)
            refused(answer, 401, answer.json()["error"])
            tried += 1
    assert tried > 50
