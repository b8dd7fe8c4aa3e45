"""Properties of the voting page: size, security policy, labels, tab order, contrast, width, blinding."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response

import app
from tests.browser.voting_page import VotingPage, accept_invitation
from tests.cast import MODELS, Cast, Study

MAX_PAGE_BYTES = 80 * 1024
STATIC = Path(app.__file__).resolve().parent / "static"
TOKENS = STATIC / "css/tokens.css"
SCRIPTS = STATIC / "js"


@dataclass(frozen=True)
class Visit:
    """A voting page in a new tab, with all its responses and the browser's error messages."""

    voting_page: VotingPage
    answers: list[Response]
    complaints: list[str]

    @property
    def texts(self) -> dict[str, str]:
        """Return every response except media, keyed by its address."""
        media = ("/media/", "blob:")
        return {each.url: each.text() for each in self.answers if not any(part in each.url for part in media)}


@pytest.fixture(scope="module")
def unchanged_page(cast: Cast, chromium: Browser, live_server: str) -> Iterator[VotingPage]:
    """A voting page for all tests that do not change the page."""
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        voting_page = accept_invitation(context.new_page(), live_server, cast.open_study("unchanged"))
        voting_page.wait_until_open()
        yield voting_page


@pytest.fixture(scope="module")
def unchanged_visit(unchanged_page: VotingPage) -> Visit:
    return open_visit(unchanged_page)


@pytest.fixture
def visit(voting_page: VotingPage) -> Visit:
    return open_visit(voting_page)


def open_visit(voting_page: VotingPage) -> Visit:
    tab = VotingPage(voting_page.page.context.new_page(), voting_page.study)
    visit = Visit(tab, [], [])
    tab.page.on("response", lambda answer: visit.answers.append(answer))
    tab.page.on("console", lambda message: visit.complaints.append(message.text))
    tab.page.on("pageerror", lambda error: visit.complaints.append(error.message))
    tab.page.goto(voting_page.page.url)
    tab.wait_until_open()
    return visit


def test_the_page_weighs_at_most_80_kb_besides_media(unchanged_visit: Visit) -> None:
    weights = {url: len(text.encode()) for url, text in unchanged_visit.texts.items()}

    assert sum(weights.values()) <= MAX_PAGE_BYTES, weights


def test_every_script_the_page_needs_is_asked_for_at_once(unchanged_page: VotingPage) -> None:
    asked = unchanged_page.page.locator("link[rel=modulepreload]").evaluate_all(
        "links => links.map((link) => link.href)"
    )
    named = unchanged_page.page.locator("[data-module]").evaluate_all(
        "roots => roots.flatMap((root) => root.dataset.module.split(' '))"
    )

    assert {url.split("/js/")[1] for url in asked} == _imported({f"modules/{name}.js" for name in named})


def test_nothing_comes_from_another_origin_and_the_policy_is_kept(visit: Visit) -> None:
    visit.voting_page.vote()
    visit.voting_page.press("x", "Escape", "f", "f", "?")
    origin = visit.voting_page.page.url.split("/studies")[0]

    assert [each.url for each in visit.answers if not each.url.removeprefix("blob:").startswith(origin)] == []
    assert visit.complaints == []


def test_no_model_shows_in_anything_the_page_was_sent(unchanged_visit: Visit) -> None:
    sent = " ".join(unchanged_visit.texts.values()) + str(
        [(each.url, each.headers) for each in unchanged_visit.answers]
    )

    assert [model for model in MODELS if model in sent.lower()] == []


def test_every_control_has_a_name_and_every_image_a_text(unchanged_page: VotingPage) -> None:
    nameless = unchanged_page.page.evaluate(
        """() => [...document.querySelectorAll('button, a, input:not([type=hidden])')]
            .filter((control) => !(control.labels?.length || control.ariaLabel || control.textContent.trim()))
            .map((control) => control.outerHTML)"""
    )
    ids = unchanged_page.page.evaluate(
        "() => [...document.querySelectorAll('[id]')].map((element) => element.id)"
    )

    assert nameless == []
    assert unchanged_page.page.locator("img:not([alt])").count() == 0
    assert unchanged_page.page.locator("h1").count() == 1
    assert len(ids) == len(set(ids))
    assert unchanged_page.page.locator("html").get_attribute("lang") == "en"


def test_tab_goes_through_the_page_in_the_order_it_is_read(voting_page: VotingPage) -> None:
    voting_page.press("Space")  # stand still
    voting_page.side("A").click()
    voting_page.page.locator("[data-opens=help]").focus()
    stops = []
    for _ in range(15):
        stops.append(
            voting_page.page.evaluate(
                "() => document.activeElement.dataset.part ?? document.activeElement.value ?? ''"
            )
        )
        voting_page.press("Tab")

    assert stops == [
        "", "left", "scrub", "back", "play", "next", "loop", "speed", "size", "full",
        "image_alignment", "text_alignment", "object_motion", "overall_quality", "submit",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_both_clips_side_by_side_and_submit_always(
    open_voting_page: Callable[..., VotingPage], study: Study, width: int
) -> None:
    voting_page = open_voting_page(
        study, viewport={"width": width, "height": 740}, has_touch=True, is_mobile=True
    )
    voting_page.wait_until_open()
    left, right = (video.bounding_box() for video in voting_page.page.locator("video").all())
    submit = voting_page.submit.bounding_box()

    assert left is not None
    assert right is not None
    assert submit is not None
    assert left["y"] == right["y"]
    assert left["width"] == right["width"]
    assert voting_page.page.evaluate("() => document.documentElement.scrollWidth") == width
    assert submit["y"] + submit["height"] <= 740
    assert submit["height"] >= 44
    assert not voting_page.page.locator("[data-part=play] kbd").is_visible()


def test_the_two_sides_mirror_each_other(unchanged_page: VotingPage) -> None:
    middle = 1440 / 2
    left, right = (video.bounding_box() for video in unchanged_page.page.locator("video").all())
    submit = unchanged_page.submit.bounding_box()

    assert left is not None
    assert right is not None
    assert submit is not None
    assert middle - (left["x"] + left["width"]) == pytest.approx(right["x"] - middle, abs=1)
    assert submit["x"] + submit["width"] / 2 == pytest.approx(middle, abs=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_around_a_clip_has_a_hue(
    open_voting_page: Callable[..., VotingPage], study: Study, scheme: str
) -> None:
    voting_page = open_voting_page(study, color_scheme=scheme, reduced_motion="reduce")
    voting_page.wait_until_open()
    voting_page.side("A").click()
    colours = voting_page.page.evaluate(
        """() => [...document.querySelectorAll('.room, .stage, .choose, .clip')].flatMap((element) => {
            const style = getComputedStyle(element);
            return [style.backgroundColor, style.color, style.borderLeftColor];
        })"""
    )

    assert colours
    for colour in colours:
        red, green, blue = re.findall(r"\d+", colour)[:3]
        assert red == green == blue, colour


# What stands on what, with the least contrast WCAG 2.2 AA asks for: 4.5 for text, 3 for outlines and bars.
TEXT_ON = {
    "page": ("ink", "ink-2", "accent", "left-text", "right-text"),
    "stage": ("ink", "ink-2"),
    "surface": ("ink", "ink-2"),
    "surface-quiet": ("ink", "ink-2"),
    "accent": ("on-accent",),
    "accent-press": ("on-accent",),
    "accent-wash": ("ink", "ink-2"),
    "ink": ("stage",),
    "left": ("on-left",),
    "right": ("on-right",),
    "g1": ("on-g1",),
    "g2": ("on-g2",),
    "g3": ("on-g3",),
    "h-3": ("on-h-3",),
    "h3": ("on-h3",),
} | dict.fromkeys(("h-2", "h-1", "h0", "h1", "h2"), ("on-h",))
OUTLINE_ON = {
    "page": ("edge", "left", "right"),
    "stage": ("edge", "accent"),
    "surface": ("edge", "accent"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_outlines_have_enough_contrast(scheme: str) -> None:
    colours = _tokens()[scheme]
    too_weak = [
        (over, under, ratio)
        for least, stands_on in ((4.5, TEXT_ON), (3, OUTLINE_ON))
        for under, overs in stands_on.items()
        for over in overs
        if (ratio := _contrast(colours[over], colours[under])) < least
    ]

    assert too_weak == []


def _imported(scripts: set[str]) -> set[str]:
    """Return the scripts and all modules that they import, as paths below static/js."""
    found: set[str] = set()
    while scripts:
        name = scripts.pop()
        found.add(name)
        for target in re.findall(r"from '(\.[^']+)'", (SCRIPTS / name).read_text()):
            scripts.add(str((SCRIPTS / name).parent.joinpath(target).resolve().relative_to(SCRIPTS)))
        scripts -= found
    return found


def _tokens() -> dict[str, dict[str, str]]:
    """Return the colours of tokens.css by scheme; dark colours override light colours."""
    light, dark = TOKENS.read_text().split("prefers-color-scheme: dark", 1)
    of = [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text)) for text in (light, dark)]
    return {"light": of[0], "dark": of[0] | of[1]}


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio"), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
