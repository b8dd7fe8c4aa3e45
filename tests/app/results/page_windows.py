"""Headless Chromium that opens the pages, signed in or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from app.clock import utc_now
from app.context import AppContext
from app.security.browsers import create_sign_in_link
from app.security.identity import person_named
from benchmark.protocol import Role
from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, *, size: dict[str, int] = DESKTOP, **form: str) -> Iterator[Page]:
    """Yield a page; script errors and blocked requests of the page fail the test."""
    context = browser.new_context(viewport=size, **form)  # type: ignore[arg-type]
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def sign_in(
    page: Page, context: AppContext, address: str, *, name: str = "ada", role: Role | None = None
) -> None:
    now = utc_now()
    role = role or (Role.ADMIN if name == "ada" else Role.RESEARCHER)
    with context.database.write() as session:
        person = person_named(session, name=name, role=role, now=now)
        token = create_sign_in_link(session, person=person, now=now, minutes=5)
    page.goto(f"{address}/sign-in/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


def is_as_wide_as_its_window(page: Page) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found
