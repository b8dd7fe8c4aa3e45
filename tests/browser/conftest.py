"""Fixtures for headless Chromium and for annotators on the voting page."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from app.context import AppContext
from app.media.sandbox import Sandbox
from tests.browser.polling import PATIENCE_S
from tests.browser.voting_page import VotingPage, accept_invitation
from tests.cast import Cast, Study, set_the_stage
from tests.conftest import open_with_sandbox, serving, settings_for

# Playwright waits so long for everything else; its 5 s for `expect` are too short for a busy machine.
expect.set_options(timeout=1000 * PATIENCE_S)

LAB_HOST = "ti2v.lab.test"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A name that is neither https nor loopback to the browser, as a server in a lab would have.
    f"--host-resolver-rules=MAP {LAB_HOST} 127.0.0.1",
]
# The headless shell is the same browser without windows; it takes half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str:
    """Return the path of Chromium: TI2V_TEST_CHROMIUM, or a Chromium on the PATH."""
    found = os.environ.get("TI2V_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium: install the package `chromium` or set TI2V_TEST_CHROMIUM."
        )
    return found


# One browser per file, not per session: a running Playwright holds this thread's event loop, and tests
# elsewhere in the suite start their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser profile until the end of the test, with Playwright's options."""
    contexts = []

    def _new(**options: object) -> BrowserContext:
        defaults: dict[str, object] = {"viewport": {"width": 1440, "height": 900}}
        contexts.append(chromium.new_context(**(defaults | options)))  # type: ignore[arg-type]
        return contexts[-1]

    yield _new
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def context(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox
) -> Iterator[AppContext]:
    """One installation for all tests of a file; each test has its own study."""
    home = tmp_path_factory.mktemp("browser")
    shutil.copy(migrated_sqlite, home / "ti2v.sqlite3")
    with open_with_sandbox(settings_for(home), sandbox) as context:
        yield context


@pytest.fixture(scope="module")
def cast(context: AppContext) -> Cast:
    return set_the_stage(context)


@pytest.fixture(scope="module")
def live_server(context: AppContext) -> Iterator[str]:
    with serving(context) as address:
        yield address


@pytest.fixture
def open_study(cast: Cast, request: pytest.FixtureRequest) -> Callable[..., Study]:
    """Return a function that opens the test's own study, with the arguments of Cast.open_study."""
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()

    def _open(**changes: object) -> Study:
        return cast.open_study(f"study-{digest[:12]}", **changes)

    return _open


@pytest.fixture
def study(open_study: Callable[..., Study]) -> Study:
    """An open study with two matchups and without a watch gate."""
    return open_study()


@pytest.fixture
def open_voting_page(
    new_context: Callable[..., BrowserContext], live_server: str
) -> Callable[..., VotingPage]:
    """Return a function that opens an invitation as a new annotator of a study, and presses Start."""

    def _open_voting_page(study: Study, **options: object) -> VotingPage:
        return accept_invitation(new_context(**options).new_page(), live_server, study)

    return _open_voting_page


@pytest.fixture
def voting_page(open_voting_page: Callable[..., VotingPage], study: Study) -> VotingPage:
    """The voting page of a study without a watch gate, with the first comparison open."""
    voting_page = open_voting_page(study)
    voting_page.wait_until_open()
    return voting_page
