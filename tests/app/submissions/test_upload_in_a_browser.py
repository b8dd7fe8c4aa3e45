"""The upload page in Chromium: upload of a folder, and recovery after an interrupted connection."""

import hashlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.tables.submissions import Clip, Submission
from benchmark.protocol import SubmissionStatus
from tests.app.api.test_clip_conversion import gif
from tests.app.results.page_windows import chromium, sign_in
from tests.cast import PAIR_IDS, Cast, small_clip

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a clip of each pair and other files; one clip is a GIF, and one clip is damaged."""
    folder = tmp_path / "clips"
    (folder / "nested").mkdir(parents=True)
    for number, name in enumerate(PAIR_IDS):
        (folder / f"{name}_0.mp4").write_bytes(small_clip(shade=40 + number))
    (folder / f"{PAIR_IDS[4]}_0.mp4").unlink()
    (folder / f"{PAIR_IDS[4]}.gif").write_bytes(gif())
    (folder / f"{PAIR_IDS[5]}_0.mp4").write_bytes(b"not a clip")
    (folder / "nested" / f"{PAIR_IDS[5]}.mp4").write_bytes(small_clip(shade=50))
    (folder / "notes.txt").write_text("seen by nobody")
    return folder


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of a server that accepts connections but never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def open_upload(page: Page, cast: Cast, live_server: str) -> None:
    sign_in(page, cast.context, live_server, name="alice")
    page.get_by_role("link", name="New submission").click()
    page.get_by_label("Model", exact=True).fill("newcomer")
    page.get_by_role("button", name="Continue").click()
    page.locator(".upload[data-mounted]").wait_for()


def states(page: Page) -> list[str]:
    return page.locator("tbody td:nth-child(2)").all_inner_texts()


def test_a_folder_is_matched_sent_and_finished(cast: Cast, live_server: str, folder: Path) -> None:
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        open_upload(page, cast, live_server)
        page.locator("[data-part=folder]").set_input_files(folder)
        expect(page.locator("[data-part=message]")).to_have_text(
            "Clips that match a pair: 6. Problems: 0. Unused files: 2."
        )
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 4. Refused: 2.")
        not_mp4 = ["The file is not an MP4. Convert", "This file is not an MP4. Convert"]
        assert sorted(states(page)) == sorted(["Stored"] * 4 + not_mp4)
        page.get_by_role("button", name="Convert all (2)").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 5. Refused: 1.")
        assert states(page).count("Converted and stored") == 1
        expect(page.get_by_role("button", name="Convert")).to_have_count(0)

        expect(page.locator("[data-part=state]")).to_contain_text("5 of 6 clips stored")
        page.get_by_role("button", name="Finish as a partial submission").click()
        expect(page.locator("[data-part=state] .status")).to_have_text("final")
        context.close()
    with cast.context.database.read() as session:
        submission = session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()
        assert (submission.status, submission.is_partial) == (SubmissionStatus.FINAL, True)
        converted = session.scalars(select(Clip).where(Clip.provenance.is_not(None))).one()
        assert converted.provenance is not None
        assert converted.provenance["converted"]["source_codec"] == "gif"


def test_a_broken_connection_is_tried_again(cast: Cast, live_server: str, folder: Path) -> None:
    with chromium() as browser:
        page = browser.new_context().new_page()
        open_upload(page, cast, live_server)
        failures = iter((True, False))
        page.route(
            f"**/clips/{PAIR_IDS[0]}*",
            lambda route: route.abort() if next(failures, False) else route.continue_(),
        )
        page.locator("[data-part=files]").set_input_files([folder / f"{PAIR_IDS[0]}_0.mp4"])
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 1. Refused: 0.")


def test_one_of_two_files_of_a_pair_is_chosen(cast: Cast, live_server: str, folder: Path) -> None:
    first, second = PAIR_IDS[:2]
    final = folder / f"{first}.mp4"
    final.write_bytes(small_clip(shade=60))
    files = [folder / f"{first}_0.mp4", final, folder / f"{second}_0.mp4"]
    with chromium() as browser:
        page = browser.new_context().new_page()
        open_upload(page, cast, live_server)
        page.locator("[data-part=files]").set_input_files(files)
        expect(page.locator("[data-part=message]")).to_contain_text("Pairs with several files: 1.")
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 1. Refused: 0.")
        assert states(page) == ["Several files are clips of this pair.", "Stored"]

        page.get_by_label(f"File for {first}").select_option(f"{first}.mp4")
        expect(page.locator("tbody td:nth-child(2)").first).to_have_text("Waiting")
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 2. Refused: 0.")
        expect(page.get_by_label(f"File for {first}")).to_be_disabled()
    with cast.context.database.read() as session:
        stored = set(session.scalars(select(Clip.sha256)))
    assert hashlib.sha256(final.read_bytes()).hexdigest() in stored
    assert hashlib.sha256(files[0].read_bytes()).hexdigest() not in stored


def test_different_bytes_need_the_option_replace(cast: Cast, live_server: str, folder: Path) -> None:
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        open_upload(page, cast, live_server)
        file = folder / f"{PAIR_IDS[0]}_0.mp4"
        for clip, replace, state in (
            (41, False, "Stored"),
            (41, False, "Stored before"),
            (42, False, "Another file is stored for this pair. Tick Replace to send this one."),
            (42, True, "Stored"),
        ):
            file.write_bytes(small_clip(shade=clip))
            page.locator("[data-part=files]").set_input_files([file])
            expect(page.locator("tbody td:nth-child(2)")).to_have_text("Waiting")
            page.get_by_label("Replace stored clips").set_checked(replace)
            page.get_by_role("button", name="Upload").click()
            expect(page.locator("tbody td:nth-child(2)")).to_have_text(state)
            page.locator("[data-part=files]").set_input_files([])
        context.close()


def test_a_closed_tab_loses_only_the_clips_that_were_not_sent(
    cast: Cast, live_server: str, folder: Path, silent_server: str
) -> None:
    """The third clip goes to another server, because a held request continues when the page closes."""
    files = [folder / f"{name}_0.mp4" for name in PAIR_IDS[:3]]
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        open_upload(page, cast, live_server)
        page.route(f"**/clips/{PAIR_IDS[2]}*", lambda route: route.continue_(url=silent_server))
        page.locator("[data-part=files]").set_input_files(files)
        page.get_by_role("button", name="Upload").click()
        for state, count in (("Stored", 2), ("Checking", 1)):  # the page sent the whole third clip
            cells = page.locator("tbody td", has_text=re.compile(f"^{state}$"))
            expect(cells).to_have_count(count)
        page.close()

        page = context.new_page()
        page.goto(live_server)
        page.get_by_role("link", name="newcomer").click()
        page.locator(".upload[data-mounted]").wait_for()
        expect(page.locator("[data-part=state]")).to_contain_text("2 of 6 clips stored")
        page.locator("[data-part=files]").set_input_files(files)
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-part=message]")).to_have_text("Stored: 3. Refused: 0.")
        assert sorted(states(page)) == ["Stored", "Stored before", "Stored before"]
        context.close()
