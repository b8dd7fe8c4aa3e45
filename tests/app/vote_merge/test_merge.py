"""Merge of the votes of two servers into one study: clips are matched, and no vote counts twice."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.main import API, create_app
from app.media.sandbox import Sandbox
from app.results.report.writer import write_report
from app.server import TASK_HANDLERS
from app.studies import service as studies
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from app.tables.submissions import VideoModel
from app.tasks.runner import TaskRunner
from benchmark.cli.main import main
from benchmark.report.checksums import write_checksums
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import PAIR_IDS, Cast, enter
from tests.conftest import open_with_sandbox, serving, settings_for

ZIP = {"Content-Type": "application/zip"}
VOTES = len(PAIR_IDS)


def filled(cast: Cast, slug: str, *, others: tuple[str, ...], people: int) -> None:
    """Open a study of Alice, let people vote once on every pair, and close the study."""
    study = cast.open_study(slug, others=others, votes_per_comparison=3)
    for _ in range(people):
        with TestClient(create_app(cast.context)) as annotator:
            enter(annotator, study)
            for _ in PAIR_IDS:
                vote(annotator, assign(annotator, study)["token"])
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == slug)).one()
        studies.close_study(session, study=row, principal=cast.alice.principal, now=utc_now())


@pytest.fixture(scope="module")
def open_server(
    stage: tuple[Path, Cast], sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Cast]]:
    """Opens servers with the same benchmark and clips."""
    with ExitStack() as opened:

        def open_one() -> Cast:
            home = tmp_path_factory.mktemp("server")
            shutil.copytree(stage[0], home, dirs_exist_ok=True)
            context = opened.enter_context(open_with_sandbox(settings_for(home), sandbox))
            return replace(stage[1], context=context)

        yield open_one


@pytest.fixture(scope="module")
def elsewhere(open_server: Callable[[], Cast]) -> Path:
    """The report of another server, on which one of the models has a different name."""
    cast = open_server()
    with cast.context.database.write() as session:
        session.execute(update(VideoModel).where(VideoModel.slug == "cinemo").values(slug="cinemo-1.0"))
    filled(cast, "over-there", others=("cinemo",), people=2)
    report = cast.context.settings.home / "report"
    report.mkdir()
    write_report(cast.context.database, slug="over-there", principal=cast.alice.principal, folder=report)
    return report


@pytest.fixture(scope="module")
def here(open_server: Callable[[], Cast]) -> Cast:
    """The local server, which all tests share: each test merges into a study with its own slug."""
    cast = open_server()
    filled(cast, "over-here", others=("cinemo", "dynamicrafter"), people=1)
    return cast


@pytest.fixture
def alice(here: Cast) -> TestClient:
    return client_of(here.context, here.alice)


def packed(folder: Path, target: Path, changes: dict[str, Callable[[str], str]] | None = None) -> bytes:
    """Return a report as a ZIP file; changed files get new checksums."""
    report = target / "over-there"
    shutil.copytree(folder, report)
    for name, change in (changes or {}).items():
        path = report / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    if changes:
        write_checksums(report)
    with zipfile.ZipFile(target / "report.zip", "w") as archive:
        for path in sorted(report.rglob("*")):
            archive.write(path, path.relative_to(target))
    return (target / "report.zip").read_bytes()


def send(client: TestClient, body: bytes, slug: str = "over-here", **query: str) -> Any:
    return client.post(
        f"{API}/studies/{slug}/merge", params={"study": "both"} | query, content=body, headers=ZIP
    )


def finished(cast: Cast, client: TestClient, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    task: dict[str, Any] = client.get(answer.headers["location"]).json()
    assert not list((cast.context.settings.home / "imports").glob("*"))
    assert not list((cast.context.settings.home / "media" / "imports").glob("*"))
    return task


def test_the_votes_of_both_servers_count_in_a_new_study(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    body = packed(elsewhere, tmp_path)
    before = alice.get(f"{API}/studies/over-here/exports/votes.csv").text

    tasks = [
        finished(here, alice, send(alice, body, title="Both labs", **query))
        for query in ({"dry_run": "true"}, {}, {})
    ]

    size = {"votes": 3 * VOTES, "matchups": 2, "annotators": 3}
    size |= {"votes_of_study": VOTES, "votes_of_report": 2 * VOTES}
    assert [each["result"] for each in tasks] == [size | {"merged": it} for it in (False, True, False)]
    study = alice.get(f"{API}/studies/both").json()
    assert (study["title"], study["kind"], study["status"]) == ("Both labs", "imported", "closed")
    rows = alice.get(f"{API}/studies/both/exports/votes.json").json()
    assert {row["annotator"][:2] for row in rows} == {"1-", "2-"}
    assert {row["matchup"] for row in rows if row["annotator"].startswith("2-")} == {"motif:cinemo"}
    assert alice.get(f"{API}/studies/both/check").json() == {"differences": []}
    assert alice.get(f"{API}/studies/over-here/exports/votes.csv").text == before
    with here.context.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.merge")).one()
        assert (event.subject, event.actor, event.details["report_of"]) == ("both", "alice", "over-there")


def test_a_third_server_is_merged_into_the_merge_but_never_the_same_votes_twice(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    finished(here, alice, send(alice, packed(elsewhere, tmp_path / "1"), study="two"))
    again = send(alice, packed(elsewhere, tmp_path / "2"), slug="two", study="three")
    refused_task = finished(here, alice, again)
    changes = {"votes/votes.csv": lambda text: re.sub(r",20[0-9]{2}-", ",1999-", text)}
    third = packed(elsewhere, tmp_path / "3", changes)
    task = finished(here, alice, send(alice, third, slug="two", study="three"))

    assert "already in this study" in refused_task["error"]
    assert (task["result"]["votes"], task["result"]["annotators"]) == (5 * VOTES, 5)
    newest = alice.get(f"{API}/studies/three/protocols").json()["protocols"][-1]
    merged = [(each["source"], each["study"]) for each in newest["document"]["merged"]]
    assert merged == [(1, "over-here"), (2, "over-there"), (3, "over-there")]


def test_the_report_of_the_study_itself_is_refused(here: Cast, alice: TestClient, tmp_path: Path) -> None:
    """The database stores microseconds, and the votes table of a report has milliseconds."""
    folder = tmp_path / "own"
    folder.mkdir()
    write_report(here.context.database, slug="over-here", principal=here.alice.principal, folder=folder)

    task = finished(here, alice, send(alice, packed(folder, tmp_path), study="twice"))

    assert f"{VOTES} votes of the report are already in this study" in task["error"]


def first_clip_changed(text: str) -> str:
    lines = text.split("\n")
    digest = next(cell for cell in lines[1].split(",") if len(cell) == 64)
    return text.replace(digest, "f" * 64)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clips.csv": first_clip_changed}, "clips that this study does not compare"),
        ({"protocol.json": lambda text: text.replace("0" * 64, "1" * 64)}, "another benchmark"),
        ({"protocol.json": lambda text: text.replace('"closed"', '"open"')}, "interim report"),
        ({"protocol.json": lambda _: "[" * 100_000}, "not the protocol"),
        ({"votes/votes.csv": lambda text: text.replace(",valid,", ",gold,")}, "no vote that counts"),
        ({"votes/votes.csv": lambda text: text.replace("motif:cinemo", "a:b")}, "problem"),
        ({"votes/votes.csv": lambda text: text.replace("annotator-", "annotator\u200b-")}, "invisible"),
    ],
)
def test_a_report_that_does_not_fit_is_refused(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path, changes: Any, said: str
) -> None:
    task = finished(here, alice, send(alice, packed(elsewhere, tmp_path, changes), study="refused"))

    assert task["status"] == "failed"
    assert said in f"{task['error']} {task['problems']}"
    refused(alice.get(f"{API}/studies/refused"), 404, "not_found")


def test_an_edited_report_and_a_dangerous_zip_file_are_refused(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    (tmp_path / "edited").mkdir()
    packed(elsewhere, tmp_path)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        parts = {each.filename: archive.read(each) for each in archive.infolist() if not each.is_dir()}
    edited = parts | {"over-there/votes/votes.csv": parts["over-there/votes/votes.csv"] + b"\n"}
    for changed, said in ((edited, "differs from its checksum"), ({"../x.csv": b""}, "is not accepted")):
        with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
            for name, content in changed.items():
                archive.writestr(name, content)
        task = finished(here, alice, send(alice, (tmp_path / "changed.zip").read_bytes()))
        assert said in task["error"]


def test_only_the_owner_of_a_closed_study_merges(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    body = packed(elsewhere, tmp_path)
    for stranger in (here.bob, here.charlie):
        client = client_of(here.context, stranger)
        refused(send(client, body), 404, "not_found")
        assert client.get("/studies/over-here/merge").status_code == 404
    refused(send(alice, b"no zip"), 422, "not_zip")
    here.open_study("running", others=("cinemo",))
    assert "Close the study first" in alice.get("/studies/running/merge").text
    assert "Only closed studies" in finished(here, alice, send(alice, body, slug="running"))["error"]
    page = alice.get("/studies/over-here/merge")
    assert f'data-upload-url="{API}/studies/over-here/merge"' in page.text


def send_form(client: TestClient, report: bytes, slug: str = "over-here", **fields: str) -> Any:
    """Send the form of the page as a browser without JavaScript does."""
    return client.post(
        f"/studies/{slug}/merge",
        data={"study": "by-form", "title": ""} | fields,
        files={"report": ("report.zip", report, "application/zip")},
        follow_redirects=False,
    )


def test_the_form_of_the_page_works_without_a_script(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    packed(elsewhere, tmp_path)
    with zipfile.ZipFile(tmp_path / "report.zip", "a") as archive:
        # Larger than the limit of other forms.
        archive.writestr("over-there/figures/large.png", bytes(here.context.settings.max_json_bytes))
    answer = send_form(alice, (tmp_path / "report.zip").read_bytes(), title=" Both labs ")

    assert answer.status_code == 303, answer.text
    TaskRunner(here.context, TASK_HANDLERS).run_waiting()
    task = alice.get(answer.headers["location"])
    assert "Open the study" in task.text
    study = alice.get(f"{API}/studies/by-form").json()
    assert (study["title"], study["status"]) == ("Both labs", "closed")


def test_the_form_names_wrong_fields_and_keeps_the_others(here: Cast, alice: TestClient) -> None:
    wrong = send_form(alice, b"", study="Two Labs", title="Both labs", dry_run="true")
    no_zip = send_form(alice, b"no zip", study="by-form")

    assert (wrong.status_code, no_zip.status_code) == (422, 422)
    assert "Choose the ZIP file of the report." in wrong.text
    assert "lower-case letters" in wrong.text
    assert 'value="Two Labs"' in wrong.text
    assert 'value="Both labs"' in wrong.text
    assert re.search(r'name="dry_run"\s+value="true"\s+checked', wrong.text)
    assert "not a ZIP file" in no_zip.text
    assert not list((here.context.settings.home / "media" / "imports").glob("*"))


def test_the_form_checks_the_sender_before_the_file(
    here: Cast, alice: TestClient, elsewhere: Path, tmp_path: Path
) -> None:
    body = packed(elsewhere, tmp_path)
    for stranger in (here.bob, here.charlie):
        assert send_form(client_of(here.context, stranger), body).status_code == 404
    other = alice.post("/studies/over-here/merge", content=b"study=x", headers={"Content-Type": "text/plain"})
    assert other.status_code == 415


def test_the_command_merges_a_folder_on_a_server_and_here(
    here: Cast, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["study", "merge", "over-here", str(elsewhere), "--study", "commanded"]
    monkeypatch.setenv("TI2V_HOME", str(here.context.settings.home))
    with serving(here.context) as address, TaskRunner(here.context, TASK_HANDLERS).running():
        assert main([*command, "--server", address, "--key", here.alice.key]) == 0
    on_server = capfd.readouterr()
    assert main(command) == 0
    again = capfd.readouterr()

    assert on_server.out == again.out == "commanded\n"
    assert "3 annotators: merged." in on_server.err
    assert "merged before, nothing changed" in again.err
