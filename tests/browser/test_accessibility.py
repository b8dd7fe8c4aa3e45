"""axe-core finds nothing serious or critical on any page.

Checks of colours take most of the time, so `make test` checks only the rules that do not depend on colours.
`make prove` checks every rule, in the light and in the dark colour scheme.
"""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.context import AppContext
from tests.app.results.page_windows import sign_in
from tests.browser.pages import (
    fill_installation,
    own_pages,
    phased_study,
    public_pages,
    walk_phases,
    walk_voting,
)
from tests.cast import Cast

Check = Callable[[Page], list[str]]
EVERY_RULE: dict[str, object] = {"resultTypes": ["violations"]}
RULES_ON_COLOUR = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block"]}
OTHER_RULES = EVERY_RULE | {"rules": {"color-contrast": {"enabled": False}}}


@pytest.fixture(scope="module")
def cast(context: AppContext) -> Cast:
    return fill_installation(context)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    size = {"width": 1366, "height": 650}
    context = chromium.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture(params=["structure", pytest.param("colours", marks=pytest.mark.full_size)])
def rules(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def check(rules: str) -> Check:
    """Return a function that lists what axe-core finds on a page."""
    if rules == "structure":
        return lambda page: problems(page, OTHER_RULES)
    return problems_in_both_schemes


def problems(page: Page, options: dict[str, object]) -> list[str]:
    return [
        f"{rule['id']}: {node['html']}"
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def problems_in_both_schemes(page: Page) -> list[str]:
    light = problems(page, EVERY_RULE)
    page.emulate_media(color_scheme="dark")
    dark = problems(page, RULES_ON_COLOUR)
    page.emulate_media(color_scheme="light")
    return light + [f"dark {each}" for each in dark]


def problems_of(page: Page, names: Iterator[str], check: Check) -> dict[str, list[str]]:
    """Return the problems of each page, keyed by the page's name."""
    return {name: found for name in names if (found := check(page))}


def visit(page: Page, pages: dict[str, str], address: str) -> Iterator[str]:
    for name, path in pages.items():
        page.goto(address + path)
        yield name


def test_a_mistake_is_found(page: Page) -> None:
    page.set_content("<html lang=en><title>t</title><button></button><p style='color:#777'>grey</p></html>")

    assert [each.split(":")[0] for each in problems(page, EVERY_RULE)] == ["button-name", "color-contrast"]
    assert [each.split(":")[0] for each in problems(page, OTHER_RULES)] == ["button-name"]


def test_pages_of_visitors(page: Page, live_server: str, cast: Cast, check: Check) -> None:
    assert problems_of(page, visit(page, public_pages(cast), live_server), check) == {}


def test_pages_of_the_owner(page: Page, live_server: str, cast: Cast, check: Check) -> None:
    sign_in(page, cast.context, live_server)

    assert problems_of(page, visit(page, own_pages(cast), live_server), check) == {}


def test_pages_of_annotators(page: Page, live_server: str, cast: Cast, check: Check, rules: str) -> None:
    study, preview = cast.open_study(f"voting-{rules}"), cast.open_study(f"preview-{rules}")
    phased = phased_study(cast, f"phased-{rules}")

    assert problems_of(page, walk_voting(page, live_server, study, preview), check) == {}
    assert problems_of(page, walk_phases(page, live_server, phased), check) == {}
