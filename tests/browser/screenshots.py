"""Takes screenshots of every page in every window size and colour scheme, for visual checks.

Run `make screenshots` for all pages. Run `python -m tests.browser.screenshots vote results` for the pages
whose names contain one of the given words. The files are in the folder screenshots/, which git ignores.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.context import AppContext
from benchmark.protocol import Language
from perf.round_robin import round_robin
from tests.app.results.page_windows import sign_in
from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium
from tests.browser.pages import (
    LARGE_PAGES,
    own_pages,
    phased_study,
    public_pages,
    small_studies,
    walk_phases,
    walk_voting,
)
from tests.cast import Cast
from tests.conftest import serving

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"


@dataclass(frozen=True)
class Window:
    """The size of a window in CSS pixels; `scale` is the zoom of the browser."""

    width: int
    height: int
    scale: float = 1


WINDOWS = {
    "1440": Window(1440, 900),
    "1366x650": Window(1366, 650),
    "1024x768": Window(1024, 768),
    "390": Window(390, 844),
    "844x390": Window(844, 390),
    "zoom-200": Window(720, 450, scale=2),
}
SCHEMES = ("light", "dark")
LONGEST_MS = 180_000  # a tall page at 200 %


def main(words: list[str]) -> None:
    """Write the screenshots of all pages, or of the pages whose names contain one of the words."""
    wanted = Wanted(tuple(words))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        with small_studies() as cast, serving(cast.context) as address:
            shoot_all(browser, address, wanted.of(public_pages(cast)))
            shoot_all(browser, address, wanted.of(own_pages(cast)), signed_in=cast.context)
            shoot_walks(browser, address, cast, wanted)
        if wanted.of(LARGE_PAGES):
            with round_robin() as context, serving(context) as address:
                shoot_all(browser, address, wanted.of(LARGE_PAGES), signed_in=context)
        browser.close()


@dataclass(frozen=True)
class Wanted:
    words: tuple[str, ...]

    def of(self, pages: Mapping[str, str]) -> dict[str, str]:
        return {name: path for name, path in pages.items() if self.includes(name)}

    def includes(self, name: str) -> bool:
        return not self.words or any(word in name for word in self.words)


def shoot_all(
    browser: Browser, address: str, pages: Mapping[str, str], *, signed_in: AppContext | None = None
) -> None:
    """Write a screenshot of each page in each window and scheme."""
    if not pages:
        return
    for window in WINDOWS:
        for scheme in SCHEMES:
            with profile(browser, window, scheme) as context:
                page = context.new_page()
                if signed_in:
                    sign_in(page, signed_in, address)
                for name, path in pages.items():
                    page.goto(address + path)
                    save(page, name, window, scheme)


def shoot_walks(browser: Browser, address: str, cast: Cast, wanted: Wanted) -> None:
    """Write screenshots of an annotator's pages, from the invitation to the end of the study."""
    study, preview = cast.open_study("voting-study"), cast.open_study("preview-study")
    phased = {
        "": phased_study(cast, "walked-study"),
        "rtl-": phased_study(cast, "arabic-study", language=Language.AR, languages=[Language.AR]),
    }
    for window in WINDOWS:
        for scheme in SCHEMES:
            with profile(browser, window, scheme) as context:
                page = context.new_page()
                if any(map(wanted.includes, ("invitation", "vote", "withdraw", "done", "ended"))):
                    for name in walk_voting(page, address, study, preview):
                        if wanted.includes(name):
                            save(page, name, window, scheme, full_page=not name.startswith("vote"))
                for prefix, way in phased.items():
                    if wanted.includes(f"{prefix}phase"):
                        for name in walk_phases(page, address, way):
                            save(page, prefix + name, window, scheme, full_page=name != "phase-voting")


@contextmanager
def profile(browser: Browser, name: str, scheme: str) -> Iterator[BrowserContext]:
    window = WINDOWS[name]
    context = browser.new_context(
        viewport={"width": window.width, "height": window.height},
        device_scale_factor=window.scale,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    yield context
    context.close()


def save(page: Page, name: str, window: str, scheme: str, *, full_page: bool = True) -> None:
    """Write a screenshot, and print the pages that are wider than their window."""
    page.wait_for_timeout(150)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        print(f"wider than the window: {name} {window}")
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}-{window}-{scheme}.png", full_page=full_page, timeout=LONGEST_MS)


if __name__ == "__main__":
    main(sys.argv[1:])
