"""The import form in Chromium packs, uploads and imports a chosen folder; the page lists all problems."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from tests.app.benchmark_import.test_imports import TABLE, picture
from tests.app.results.page_windows import PHONE, chromium, is_as_wide_as_its_window, sign_in, window
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a benchmark that also holds files added by macOS, and a clip that the import ignores."""
    folder = tmp_path / "My Pairs"
    (folder / "images").mkdir(parents=True)
    (folder / "prompt.csv").write_bytes(TABLE)
    (folder / "images" / "balloon1.png").write_bytes(picture())
    (folder / "images" / "._balloon1.png").write_bytes(b"companion")
    (folder / ".DS_Store").write_bytes(b"Bud1")
    (folder / "clip.mp4").write_bytes(b"clip")
    return folder


def open_form(page: Page, cast: Cast, address: str) -> None:
    sign_in(page, cast.context, address, name="alice")
    page.get_by_role("link", name="Benchmarks").click()
    page.locator("form[data-mounted]").wait_for()


def test_a_folder_is_imported(cast: Cast, live_server: str, folder: Path) -> None:
    with chromium() as browser, window(browser, size=PHONE) as page:
        open_form(page, cast, live_server)
        page.locator("[data-part=folder]").set_input_files(folder)
        expect(page.locator("[data-part=message]")).to_contain_text("Files to import: 2")
        expect(page.locator("[data-part=message]")).to_contain_text("Skipped files: 3.")
        expect(page.get_by_label("Slug")).to_have_value("my-pairs")
        page.get_by_role("button", name="Import").click()
        page.wait_for_url("**/tasks/*")
        expect(page.get_by_role("status")).to_contain_text("Waiting for the server to start the task.")
        TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
        page.get_by_role("link", name="Open the benchmark").click()
        expect(page.locator(".hero")).to_contain_text("2 image-text pairs in 1 scenario")
        assert is_as_wide_as_its_window(page)


def test_the_problems_of_a_folder_are_listed(cast: Cast, live_server: str, folder: Path) -> None:
    (folder / "prompt.csv").write_text("image,prompt\nimages/lost.png,it rises\nimages/balloon1.png,\n")
    with chromium() as browser, window(browser) as page:
        open_form(page, cast, live_server)
        page.locator("[data-part=folder]").set_input_files(folder)
        page.get_by_role("button", name="Import").click()
        page.wait_for_url("**/tasks/*")
        TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
        expect(page.locator(".problems li")).to_have_count(2)
        page.get_by_role("link", name="Import again").click()
        page.wait_for_url("**/benchmarks#import")


def test_a_folder_without_a_table_is_not_sent(cast: Cast, live_server: str, folder: Path) -> None:
    (folder / "prompt.csv").unlink()
    (folder / "images" / "balloon1.png").unlink()
    with chromium() as browser, window(browser) as page:
        open_form(page, cast, live_server)
        page.locator("[data-part=folder]").set_input_files(folder)
        expect(page.locator("[data-part=message]")).to_contain_text("The folder has no table and no image.")
