"""An owner goes from an empty installation to downloaded tables; a viewer can only read pages."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.context import AppContext
from app.navigation import SECTIONS
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from benchmark.protocol import Role
from tests.app.benchmark_import.test_imports import TABLE, picture
from tests.app.results.page_windows import is_as_wide_as_its_window, sign_in
from tests.browser.voting_page import VotingPage
from tests.cast import Study, small_clip

PAIRS = ("balloon1_it_rises", "balloon1_it_sinks")
MODELS = {"motif": 40, "cinemo": 80}
SLUG = "which-is-better"


@pytest.fixture(scope="module")
def tasks(context: AppContext) -> Iterator[None]:
    """Run background tasks while the tests of this file run, as a server does."""
    with TaskRunner(context, TASK_HANDLERS).running():
        yield


@pytest.fixture
def owner(
    new_context: Callable[..., BrowserContext], context: AppContext, live_server: str, tasks: None
) -> Page:
    page = new_context(accept_downloads=True).new_page()
    sign_in(page, context, live_server, name="alice")
    return page


def import_benchmark(page: Page, folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "prompt.csv").write_bytes(TABLE)
    (folder / "images" / "balloon1.png").write_bytes(picture())
    page.get_by_role("link", name="Import a benchmark").first.click()
    page.locator("form[data-mounted]").wait_for()
    page.locator("[data-part=folder]").set_input_files(folder)
    page.get_by_label("Title").fill("Balloons")
    page.get_by_role("button", name="Import").click()
    page.get_by_role("link", name="Open the benchmark").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Balloons")


def upload_model(page: Page, model: str, folder: Path) -> None:
    folder.mkdir()
    for number, pair in enumerate(PAIRS):
        (folder / f"{pair}.mp4").write_bytes(small_clip(shade=MODELS[model] + number))
    page.get_by_role("link", name="Models").click()
    page.get_by_label("Slug").fill(model)
    page.get_by_label("Licence").fill("Apache-2.0")
    page.get_by_role("button", name="Register the model").click()
    page.get_by_role("link", name="Upload clips").click()
    page.get_by_role("button", name="Continue").click()
    page.locator(".upload[data-mounted]").wait_for()
    page.locator("[data-part=folder]").set_input_files(folder)
    expect(page.locator("[data-part=message]")).to_contain_text("Clips that match a pair: 2.")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-part=message]")).to_have_text("Stored: 2. Refused: 0.")
    page.get_by_role("button", name="Finish the submission").click()
    expect(page.locator("[data-part=state] .status")).to_have_text("final")


def create_study(page: Page) -> None:
    page.get_by_role("link", name="Studies").click()
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Name").fill("Which is better")
    for model in MODELS:
        page.get_by_role("checkbox", name=model).check()
    page.get_by_label("Reference", exact=True).select_option(label="motif")
    page.get_by_label("Votes per comparison").fill("1")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Open for annotators").click()


def invite(page: Page) -> str:
    page.get_by_role("link", name="Studies").click()
    page.get_by_role("link", name="Invitations").click()
    page.get_by_label("Number of links").fill("1")
    page.get_by_label("Label").fill("the first annotator")
    page.get_by_role("button", name="Create links").click()
    link = page.get_by_label("Invitation links").input_value()
    return link[link.index("/invite/") :]


def download(page: Page, name: str, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.get_by_role("link", name=name).first.click()
    path = folder / "table.csv"
    started.value.save_as(path)
    with path.open(newline="") as table:
        return list(csv.DictReader(table))


def test_an_owner_needs_no_command_line(
    owner: Page,
    context: AppContext,
    new_context: Callable[..., BrowserContext],
    live_server: str,
    tmp_path: Path,
) -> None:
    expect(owner.locator("main")).to_contain_text("No studies yet.")
    import_benchmark(owner, tmp_path / "Balloons")
    for model in MODELS:
        upload_model(owner, model, tmp_path / model)
    create_study(owner)
    annotator = new_context().new_page()
    annotator.goto(live_server + invite(owner))
    annotator.get_by_role("link", name="Start").click()
    voting_page = VotingPage(annotator, Study(SLUG, context))
    voting_page.vote()
    voting_page.wait_until_open()
    voting_page.side("B").click()
    voting_page.reason("Text alignment").click()
    voting_page.submit.click()
    annotator.wait_for_url(re.compile("done|finished|vote"))

    owner.get_by_role("link", name="All invitations").click()
    expect(owner.get_by_role("row", name="the first annotator")).to_contain_text("done")
    owner.goto(live_server)
    owner.get_by_role("link", name="Close…").click()
    owner.get_by_role("button", name="Close the study").click()
    owner.get_by_role("link", name="Results").first.click()
    expect(owner.locator("main")).not_to_contain_text("interim")
    (row,) = download(owner, "Preferences CSV", tmp_path)
    assert (row["reference"], row["other"], row["votes"]) == ("motif", "cinemo", "2")
    owner.get_by_text("More tables").click()
    votes = download(owner, "Votes CSV", tmp_path)
    assert {vote["pair"] for vote in votes} == set(PAIRS)
    look_at_every_page_of_the_study(owner, live_server)


def look_at_every_page_of_the_study(page: Page, address: str) -> None:
    """Open each link that the list of studies shows for a closed study."""
    page.goto(address)
    links = page.locator(".study").first.locator("a")
    pages = {link.get_attribute("href") for link in links.all()}
    ends = {"dashboard", "annotators", "invitations", "crowd", "publish", "merge", "reopen", "delete"}
    assert ends <= {(path or "").rpartition("/")[2] for path in pages}
    for path in pages:
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert is_as_wide_as_its_window(page), path


@pytest.mark.parametrize("width", [1366, 390])
def test_a_viewer_only_looks(
    context: AppContext, new_context: Callable[..., BrowserContext], live_server: str, width: int
) -> None:
    page = new_context(viewport={"width": width, "height": 650}).new_page()
    sign_in(page, context, live_server, name="vera", role=Role.VIEWER)

    names = page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()

    assert names == ["Studies", "Benchmarks", "Models", "Settings"]
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.locator("main")).to_contain_text("There are no studies with results that you may see.")
    for name in names:
        page.get_by_role("link", name=name, exact=True).click()
        assert page.locator("main form:not([method=get])").count() == 0
        assert is_as_wide_as_its_window(page)
    for section in SECTIONS:
        answer = page.request.get(live_server + section.url, headers={"Accept": "text/html"})
        assert answer.status == (
            200 if Role.VIEWER in section.roles else 404 if section.name == "Jobs" else 403
        )
