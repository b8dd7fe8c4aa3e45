"""The pages on which a researcher finds and imports benchmarks, and sets their visibility."""

import io
import re
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.assets import STATIC
from app.server import TASK_HANDLERS
from app.tables.tasks import Task
from app.tasks.runner import TaskRunner
from benchmark.importers.hub import SUFFIXES
from benchmark.protocol import Role
from tests.app.benchmark_import.test_imports import TABLE, folder_as_zip, picture, send
from tests.app.results.page_voters import signed_in
from tests.cast import BENCHMARK, Cast, make_actor, make_benchmark
from tests.page_text import text_of


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


def page_of_import(cast: Cast, browser: TestClient, body: bytes) -> str:
    """Send a ZIP file, run its task, and return the text of the task's page."""
    answer = send(browser, body)
    assert answer.status_code == 202, answer.text
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    return text_of(browser.get(f"/tasks/{answer.json()['id']}").text)


def test_the_list_has_what_a_person_sees_and_the_form_is_for_researchers(
    cast: Cast, alice: TestClient, client: TestClient
) -> None:
    viewer = signed_in(cast.context, make_actor(cast.context, "vera", Role.VIEWER))
    page_of_import(cast, alice, folder_as_zip())

    assert "balloons" in alice.get("/benchmarks").text
    for browser in (viewer, client):
        page = browser.get("/benchmarks")
        assert page.status_code == 200
        assert BENCHMARK in page.text
        assert "balloons" not in page.text
        assert "Import a benchmark" not in page.text
        assert browser.get("/benchmarks/balloons").status_code == 404
    assert viewer.post("/benchmarks", data={"source": "a/b"}).status_code == 403
    assert client.post("/benchmarks", data={"source": "a/b"}).status_code == 401


def test_a_finished_import_leads_to_the_benchmark(cast: Cast, alice: TestClient) -> None:
    shown = page_of_import(cast, alice, folder_as_zip())

    assert "The task is finished. Version 1 Pairs 2 Images 1 Open the benchmark" in shown
    page = text_of(alice.get("/benchmarks/balloons").text)
    assert "2 image-text pairs in 1 scenario" in page
    assert "Visibility private" in page
    assert "Pairs Images Texts Type Text-driven Evaluation balloons 2 1 2 image-text yes none" in page


def mac_zip() -> bytes:
    """Return a ZIP file as macOS creates it: each file has a second file in the folder __MACOSX."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in {"prompt.csv": TABLE, "images/balloon1.png": picture()}.items():
            archive.writestr(f"release/{name}", content)
            folder, _, file = name.rpartition("/")
            archive.writestr(f"__MACOSX/release/{folder and folder + '/'}._{file}", b"\0\5\x16\7companion")
        archive.writestr("release/.DS_Store", b"\0\0\0\1Bud1")
    return written.getvalue()


def zip_with(count: int = 0, **files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for number in range(count):
            archive.writestr(f"{number}.txt", b"")
    return written.getvalue()


def test_the_companions_that_macos_adds_are_skipped(cast: Cast, alice: TestClient) -> None:
    assert "Pairs 2 Images 1" in page_of_import(cast, alice, mac_zip())


@pytest.mark.parametrize(
    ("files", "others", "problem"),
    [
        ({"../prompt.csv": TABLE}, 0, "Entry 1 has a name that points outside the folder."),
        ({}, 20_001, "The ZIP file has 20001 entries; at most 20000 are accepted."),
        ({}, 10_000, "a prompt per row."),
    ],
    ids=["outside", "too many files", "10,000 other files"],
)
def test_a_bad_zip_gets_a_clear_sentence(
    cast: Cast, alice: TestClient, files: dict[str, bytes], others: int, problem: str
) -> None:
    shown = page_of_import(cast, alice, zip_with(others, **files))

    assert problem in shown
    assert "Nothing was imported. Correct the files and import them again. Import again" in shown
    assert alice.get("/benchmarks/balloons").status_code == 404


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"slug": "No Slug", "source": "a/b"}, "Use at most 64 lower-case letters"),
        ({"slug": "pairs"}, "Choose a ZIP file or a folder above"),
        ({"source": "no dataset"}, "Write the dataset as owner/name"),
        ({"source": "a/b", "title": "two\nlines"}, "Line breaks and control characters are not allowed"),
        ({"slug": BENCHMARK, "source": "a/b"}, "A benchmark with this slug has another owner"),
    ],
)
def test_a_wrong_field_keeps_what_was_typed(alice: TestClient, fields: Any, problem: str) -> None:
    page = alice.post("/benchmarks", data=fields)

    assert page.status_code in (409, 422)
    assert problem in text_of(page.text)
    assert all(f'value="{value}"' in page.text for value in fields.values() if "\n" not in value)


def test_a_dataset_of_the_hub_is_queued_once(cast: Cast, alice: TestClient) -> None:
    first, second = (
        alice.post("/benchmarks", data={"source": "lab/Pairs"}, follow_redirects=False) for _ in range(2)
    )

    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    with cast.context.database.read() as session:
        task = session.get_one(Task, int(first.headers["location"].removeprefix("/tasks/")))
    assert (task.subject, (task.details or {})["hub_address"]) == ("pairs", "hf://lab/Pairs")
    assert "Waiting for the server to start the task." in text_of(alice.get(first.headers["location"]).text)


def test_only_the_owner_sets_the_visibility(cast: Cast, alice: TestClient) -> None:
    bob = signed_in(cast.context, cast.bob)
    page_of_import(cast, alice, folder_as_zip())
    form = "/benchmarks/balloons/visibility"

    assert bob.post(form, data={"visibility": "public"}).status_code == 404
    wrong = alice.post(form, data={"visibility": "shared", "people": "bob\nnobody"})
    assert wrong.status_code == 422
    assert "nobody has the name at position 2" in wrong.text
    assert ">bob\nnobody</textarea>" in wrong.text
    assert alice.post(form, data={"visibility": "loud"}).status_code == 422
    assert bob.get("/benchmarks/balloons").status_code == 404

    alice.post(form, data={"visibility": "shared", "people": "bob\r\n"})

    assert "Save visibility" not in bob.get("/benchmarks/balloons").text
    assert ">bob</textarea>" in alice.get("/benchmarks/balloons").text


def test_long_lists_have_pages(cast: Cast, alice: TestClient) -> None:
    for number in range(50):
        make_benchmark(cast.context, slug=f"copy-{number:02}")

    first, last = (alice.get(f"/benchmarks?page={page}").text for page in (1, 9))

    assert ("/benchmarks/copy-00" in first, f"/benchmarks/{BENCHMARK}" in first) == (True, False)
    assert ("/benchmarks/copy-00" in last, f"/benchmarks/{BENCHMARK}" in last) == (False, True)


def test_the_page_packs_what_the_server_reads() -> None:
    script = (STATIC / "js/modules/import.js").read_text()
    pattern = re.search(r"READ = /(.*)/i;", script)
    assert pattern is not None
    assert all(re.search(pattern[1], f"file{suffix}", re.IGNORECASE) for suffix in SUFFIXES)
    assert not re.search(pattern[1], "clip.mp4", re.IGNORECASE)
