"""Import of benchmarks over REST: the same checks as in `ti2v benchmark import`."""

import io
import shutil
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.context import AppContext
from app.main import API
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from benchmark.client import import_api
from benchmark.client.client import Client
from benchmark.importers import hub
from benchmark.protocol import Role
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, Cast, make_actor
from tests.conftest import serving, settings_for

TABLE = b"image,prompt\nimages/balloon1.png,it rises\nimages/balloon1.png,it sinks\n"
ZIP = {"Content-Type": "application/zip"}


def huge_picture() -> bytes:
    """Return a PNG of a few bytes that declares 30,000 x 30,000 pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", checksum)

    header = struct.pack(">LLBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def picture(form: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (24, 18), (10, 90, 160)).save(written, form)
    return written.getvalue()


def folder_as_zip(**changes: bytes | None) -> bytes:
    files = {"prompt.csv": TABLE, "images/balloon1.png": picture(), **changes}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(f"release/{name}", content)
    return written.getvalue()


def send(client: TestClient, body: bytes, **query: str) -> Any:
    return client.post(f"{API}/benchmarks", params={"slug": "balloons", **query}, content=body, headers=ZIP)


def finished(context: AppContext, client: TestClient, answer: Any) -> dict[str, Any]:
    """Run the task of an accepted import; return the import as its owner sees it."""
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "queued"
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    task: dict[str, Any] = client.get(answer.headers["location"]).json()
    assert not list((context.settings.home / "imports").glob("*"))
    assert not list((context.settings.home / "media" / "imports").glob("*"))
    return task


def test_the_client_packs_what_the_server_reads() -> None:
    assert import_api._PACKED_SUFFIXES == hub.SUFFIXES


@pytest.fixture
def alice(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.alice)


def test_a_folder_becomes_a_private_benchmark_of_its_sender(either_installation: AppContext) -> None:
    context = either_installation
    alice, bob = (client_of(context, make_actor(context, name, Role.RESEARCHER)) for name in ("alice", "bob"))

    task = finished(context, alice, send(alice, folder_as_zip(), title="Balloons"))

    assert (task["status"], task["error"], task["problems"]) == ("done", "", [])
    assert task["result"] == {"version": 1, "pairs": 2, "images": 1}
    shown = alice.get(f"{API}/benchmarks/balloons").json()
    assert (shown["title"], shown["visibility"], shown["pairs"]) == ("Balloons", "private", 2)
    assert shown["source"].startswith("zip sha256:")
    image = alice.get(f"{API}/benchmarks/balloons/pairs/balloon1_it_rises/image")
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    refused(bob.get(f"{API}/benchmarks/balloons"), 404, "unknown_benchmark")
    refused(bob.get(f"{API}/tasks/{task['id']}"), 404, "not_found")
    refused(send(bob, folder_as_zip()), 409, "other_owner")


def test_the_same_content_again_changes_nothing_and_other_content_is_a_version(
    context: AppContext, alice: TestClient
) -> None:
    changed = TABLE + b"images/balloon1.png,it spins\n"

    versions = [
        finished(context, alice, send(alice, body))["result"]["version"]
        for body in (folder_as_zip(), folder_as_zip(), folder_as_zip(**{"prompt.csv": changed}))
    ]

    assert versions == [1, 1, 2]


def test_all_problems_are_listed_and_nothing_is_imported(context: AppContext, alice: TestClient) -> None:
    table = b"image,prompt\nimages/balloon1.png,\nimages/missing.png,it rises\n"

    task = finished(context, alice, send(alice, folder_as_zip(**{"prompt.csv": table})))

    assert task["status"] == "failed"
    assert task["error"] == "prompt.csv: 2 problems; nothing was imported."
    assert [problem.partition(":")[0] for problem in task["problems"]] == [
        "line 2, column prompt",
        "line 3, column image",
    ]
    refused(alice.get(f"{API}/benchmarks/balloons"), 404, "unknown_benchmark")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"images/balloon1.png": b"no image"}, "cannot be decoded"),
        ({"images/balloon1.png": huge_picture()}, "column image"),
        ({"prompt.csv": None}, "no CSV"),
        ({"prompt.csv": None, "prompt.parquet": b"PAR1"}, "no CSV"),
        ({"../evil.csv": b"x"}, "outside the folder"),
    ],
)
def test_hostile_folders_are_refused(
    context: AppContext, alice: TestClient, changes: dict[str, bytes | None], reason: str
) -> None:
    task = finished(context, alice, send(alice, folder_as_zip(**changes)))

    assert task["status"] == "failed"
    assert any(reason in problem for problem in task["problems"])


def test_the_layout_of_another_paper_is_read(context: AppContext, alice: TestClient) -> None:
    entry = b'[{"image_name": "a.jpg", "prompt_en": "it rises", "image_type": "indoor"}]'
    body = folder_as_zip(
        **{
            "prompt.csv": None,
            "images/balloon1.png": None,
            "crop/a.jpg": picture("JPEG"),
            "vbench2_i2v_full_info.json": entry,
        }
    )

    task = finished(context, alice, send(alice, body))

    assert task["result"] == {"version": 1, "pairs": 1, "images": 1}, task


def test_an_image_that_browsers_do_not_show_is_converted(context: AppContext, alice: TestClient) -> None:
    table = TABLE.replace(b".png", b".bmp")
    body = folder_as_zip(
        **{"prompt.csv": table, "images/balloon1.png": None, "images/balloon1.bmp": picture("BMP")}
    )

    finished(context, alice, send(alice, body))

    image = alice.get(f"{API}/benchmarks/balloons/pairs/balloon1_it_rises/image")
    assert image.headers["content-type"] == "image/png"


def test_a_zip_bomb_is_refused(tmp_path: Path, open_one: Any, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    context = open_one(settings_for(tmp_path, max_import_bytes=200_000))
    alice = client_of(context, make_actor(context, "alice", Role.RESEARCHER))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("prompt.csv", bytes(50_000_000))

    task = finished(context, alice, send(alice, written.getvalue()))

    assert task["problems"] == ["The files have more than 200,000 bytes when they are unpacked."]
    refused(send(alice, b"PK\x03\x04" + bytes(200_000)), 413, "too_large")


def test_what_is_no_zip_is_refused_at_once(alice: TestClient, context: AppContext) -> None:
    refused(send(alice, b"no zip"), 422, "not_zip")
    refused(send(alice, b""), 422, "not_zip")
    refused(alice.post(f"{API}/benchmarks", content=folder_as_zip(), headers=ZIP), 422, "invalid_field")
    refused(send(alice, folder_as_zip(), slug="No Slug"), 422, "invalid_field")
    refused(send(alice, folder_as_zip(), title="a\nb"), 422, "invalid_field")
    text = {"Content-Type": "text/plain"}
    refused(
        alice.post(f"{API}/benchmarks", params={"slug": "a"}, content=b"x", headers=text),
        415,
        "wrong_media_type",
    )
    wrong = ZIP | {"X-Content-Sha256": "0" * 64}
    answer = alice.post(f"{API}/benchmarks", params={"slug": "a"}, content=folder_as_zip(), headers=wrong)
    refused(answer, 422, "wrong_digest")
    assert alice.get(f"{API}/tasks").json()["tasks"] == []
    assert not list((context.settings.home / "media").rglob("imports/*"))


@pytest.mark.parametrize(
    "body",
    [
        {"source": "https://example.org/x"},
        {"source": "hf://owner"},
        {"source": "/etc/passwd"},
        {"source": "../secret"},
        {"source": 1},
        {},
        {"source": "hf://owner/name", "slug": "No Slug"},
        {"source": "hf://owner/name", "canary-77c2": 1},
        [],
        "canary-77c2",
    ],
)
def test_a_source_is_the_name_of_a_data_set(alice: TestClient, body: object) -> None:
    answer = alice.post(f"{API}/benchmarks", json=body)

    refused(answer, 422, "invalid_field")
    assert "canary" not in answer.text


def test_a_data_set_is_downloaded_by_the_task(
    context: AppContext, alice: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens there, so the hub is unreachable, as it is on machines without internet.
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    answer = alice.post(f"{API}/benchmarks", json={"source": "hf://ada/Balloons@main"})
    task = finished(context, alice, answer)

    assert (task["subject"], task["status"]) == ("balloons", "failed")
    assert "hub" in task["problems"][0]


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON", "application/json; x=y"])
def test_a_json_body_keeps_to_the_limit_of_json(alice: TestClient, media_type: str) -> None:
    body = b'{"source": "' + b"x" * 2 * 1024 * 1024 + b'"}'

    answer = alice.post(f"{API}/benchmarks", content=body, headers={"Content-Type": media_type})

    refused(answer, 413, "too_large")


def test_one_import_of_a_slug_runs_at_a_time(alice: TestClient, context: AppContext) -> None:
    assert send(alice, folder_as_zip()).status_code == 202

    refused(send(alice, folder_as_zip()), 409, "import_running")
    assert len(list((context.settings.home / "media" / "imports").glob("*"))) == 1


def test_the_operators_benchmarks_are_imported_by_admins(
    context: AppContext, cast: Cast, alice: TestClient
) -> None:
    ada = client_of(context, cast.ada)
    refused(send(alice, folder_as_zip(), slug=BENCHMARK), 409, "other_owner")

    task = finished(context, ada, send(ada, folder_as_zip(), slug=BENCHMARK))

    assert task["result"]["version"] == 2
    assert client_of(context).get(f"{API}/benchmarks/{BENCHMARK}").json()["version"] == 2


def test_only_researchers_import(client: TestClient, cast: Cast, context: AppContext) -> None:
    viewer = make_actor(context, "victor", Role.VIEWER)
    for path, query in (
        ("benchmarks", {"slug": "a"}),
        ("votes", {"study": "a", "benchmark": "b", "map": "c"}),
    ):
        refused(client.post(f"{API}/{path}", params=query, content=b"x"), 401, "not_signed_in")
        answer = client.post(f"{API}/{path}", params=query, content=b"x", headers=viewer.headers)
        refused(answer, 403, "forbidden")


def test_the_python_client_imports_a_folder(context: AppContext, cast: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    (folder / "images").mkdir(parents=True)
    (folder / "prompt.csv").write_bytes(TABLE)
    (folder / "images" / "balloon1.png").write_bytes(picture())
    (folder / ".DS_Store").write_bytes(b"x")

    with (
        serving(context) as address,
        TaskRunner(context, TASK_HANDLERS).running(),
        Client(address, cast.alice.key) as client,
    ):
        queued = client.imports.benchmark(folder, slug="balloons")
        task = client.tasks.wait(queued.id, every_s=0.1)
        listed = [each.id for each in client.tasks.list(status=task.status)]

        assert task.result == {"version": 1, "pairs": 2, "images": 1}
        assert listed == [queued.id]
        assert [pair.pair_id for pair in client.benchmarks.pairs("balloons")] == [
            "balloon1_it_rises",
            "balloon1_it_sinks",
        ]
