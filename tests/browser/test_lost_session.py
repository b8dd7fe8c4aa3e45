"""A person's session ends while they fill in a form: the page says so, and restores the typed text."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.context import AppContext
from tests.app.results.page_windows import sign_in
from tests.cast import Cast

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Folders and files with the forms of annotators, who do not sign in, and of the sign-in itself.
OTHERS = (
    "voting/",
    "platforms/",
    "phases/",
    "invitations/w",
    "home/sign_in",
    "sign_in_form",
    "_fragments/_l",
)
FIELD = re.compile(r"<textarea|<select|<input(?![^>]*type=\"hidden\")|_field\(|line\(|choice\(", re.DOTALL)
TYPED = {"Slug": "wan", "Name": "Wan 2.1", "Description": "14 B, 480p.\nEMA weights."}


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], context: AppContext, live_server: str) -> Page:
    page = new_context().new_page()
    sign_in(page, context, live_server, name="alice")
    page.get_by_role("link", name="Models").click()
    page.locator("form[data-mounted]").wait_for()
    for label, text in TYPED.items():
        page.get_by_label(label, exact=True).fill(text)
    page.context.clear_cookies()
    page.get_by_role("button", name="Register the model").click()
    return page


def sign_in_again(page: Page, cast: Cast) -> None:
    page.get_by_label("Your key").fill(cast.alice.key)
    page.get_by_role("button", name="Sign in").click()


def test_what_was_typed_comes_back_after_the_sign_in(cast: Cast, page: Page) -> None:
    expect(page.get_by_role("alert")).to_have_text(
        "You are signed out, so nothing was saved. Sign in, then send the form again."
    )

    sign_in_again(page, cast)

    expect(page.get_by_role("status")).to_contain_text("Your input is back")
    for label, text in TYPED.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    page.get_by_role("button", name="Register the model").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wan 2.1")


def test_a_sent_form_does_not_come_back(cast: Cast, page: Page) -> None:
    sign_in_again(page, cast)
    expect(page.get_by_role("status")).to_contain_text("Your input is back")
    page.get_by_label("Slug").fill("wan-2")
    page.get_by_role("button", name="Register the model").click()
    page.wait_for_url("**/models/wan-2")

    page.get_by_role("link", name="All models").click()

    page.locator("form[data-mounted]").wait_for()
    expect(page.get_by_label("Slug")).to_have_value("")
    assert page.get_by_role("status").count() == 0


def test_every_form_of_an_owner_with_fields_keeps_them() -> None:
    forms = [
        (name, attributes)
        for path in TEMPLATES.rglob("*.html")
        if not (name := path.relative_to(TEMPLATES).as_posix()).startswith(OTHERS)
        or name == "phases/crowd.html"
        for attributes, fields in re.findall(r"<form\b([^>]*)>(.*?)</form>", path.read_text(), re.DOTALL)
        if 'method="post"' in attributes and FIELD.search(fields)
    ]

    assert len(forms) > 15
    assert [
        name for name, attributes in forms if not re.search(r'data-module="[^"]*\bdraft\b', attributes)
    ] == []
