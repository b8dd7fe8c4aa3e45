"""The download of the report: one ZIP file with the folder that `ti2v report` writes."""

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from app.results.report import writer
from tests.app.results.page_voters import close, fill_panels, share, signed_in
from tests.cast import Cast, Study

REPORT = "/api/v1/studies/motif-study/report.zip"


def test_the_file_holds_the_bundle_whose_digests_are_right(
    cast: Cast, study: Study, client: TestClient
) -> None:
    fill_panels(study, people=1)

    answer = client.get(REPORT, headers=cast.alice.headers)

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    files = {name: archive.read(name) for name in archive.namelist()}
    sums = files["motif-study/SHA256SUMS"].decode().splitlines()
    assert answer.headers["content-type"] == "application/zip"
    assert len(sums) == len(files) - 1
    for line in sums:
        digest, name = line.split("  ")
        assert hashlib.sha256(files[f"motif-study/{name}"]).hexdigest() == digest


def test_two_of_one_moment_are_the_same_bytes(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)

    first, second = (client.get(REPORT, headers=cast.alice.headers).content for _ in range(2))

    assert first == second


def test_a_stranger_gets_404_until_the_study_is_shared(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)
    assert client.get(REPORT, headers=cast.charlie.headers).status_code == 404
    assert client.get(REPORT).status_code == 401
    close(study, cast.alice)
    assert client.get(REPORT, headers=cast.charlie.headers).status_code == 404
    share(study, cast.alice, cast.charlie)

    assert client.get(REPORT, headers=cast.charlie.headers).status_code == 200


def test_a_study_without_votes_has_none(cast: Cast, study: Study, client: TestClient) -> None:
    answer = client.get(REPORT, headers=cast.alice.headers)

    assert (answer.status_code, answer.json()["error"]) == (409, "no_votes")


def test_one_is_made_at_a_time(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)

    with writer.building("other-study"):
        answer = client.get(REPORT, headers=cast.alice.headers)

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


def test_the_progress_is_served_while_the_report_is_built(
    cast: Cast, study: Study, client: TestClient
) -> None:
    progress = "/studies/motif-study/report/progress"
    alice = signed_in(cast.context, cast.alice)

    with writer.building("motif-study") as step:
        step()
        assert alice.get(progress).json() == {"finished": 1, "steps": writer.STEPS + 1}
        assert signed_in(cast.context, cast.charlie).get(progress).status_code == 404
        assert client.get(progress).status_code == 401

    assert alice.get(progress).status_code == 204


def test_every_step_of_a_report_is_counted(cast: Cast, study: Study, tmp_path: Path) -> None:
    fill_panels(study, people=1)
    steps = []

    writer.write_report(
        cast.context.database,
        slug=study.slug,
        principal=cast.alice.principal,
        folder=tmp_path,
        step=lambda: steps.append(1),
    )

    assert len(steps) == writer.STEPS


def open_files_without_a_name() -> set[str]:
    """Return the open files of this process that were deleted, such as temporary files."""
    links = (str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return {link for link in links if link.startswith(tempfile.gettempdir()) and "(deleted)" in link}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads the open files from Linux's /proc")
def test_the_file_is_closed_if_the_client_is_gone(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)
    before = open_files_without_a_name()
    key = cast.alice.headers["Authorization"].encode()
    scope = {
        "type": "http",
        "method": "GET",
        "path": REPORT,
        "raw_path": REPORT.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"authorization", key)],
    }

    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await anyio.sleep_forever()
        return messages.pop()

    async def send(_message: Message) -> None:
        raise OSError("the client is gone")

    with pytest.raises(BaseException, match=r".") as gone:
        anyio.run(client.app, scope, receive, send)

    assert gone.value.__traceback__ is not None  # nothing that the request used is collected
    assert open_files_without_a_name() == before


def test_the_page_offers_it_once_somebody_has_voted(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)
    assert REPORT not in alice.get("/studies/motif-study/results").text
    fill_panels(study, people=1)

    assert REPORT in alice.get("/studies/motif-study/results").text
