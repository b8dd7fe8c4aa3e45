"""Screenshots of every page in every window size and colour scheme, for a person to look at.

Run it with `make screenshots`, or with `python -m tests.browser.screenshots vote results` for the pages whose
names contain one of these words. The files are in the ignored folder screenshots/.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import update

from app import migrations
from app.clock import utc_now
from app.context import AppContext, open_context
from app.invitations import links
from app.security.browsers import create_sign_in_link
from app.security.identity import person_named
from app.security.tokens import new_token
from app.tables.people import Annotator
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Role, Side, StudyStatus
from perf.round_robin import STUDY as LARGE
from perf.round_robin import round_robin
from tests.app.results.page_voters import close, fill_panels
from tests.app.results.page_windows import sign_in
from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium
from tests.cast import PAIR_IDS, Cast, Study, set_the_stage
from tests.conftest import serving, settings_for

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
CLOSED, OPEN = "closed-study", "open-study"


@dataclass(frozen=True)
class Window:
    """A window in CSS pixels; `scale` is the zoom of the browser."""

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

# Pages of visitors who are not signed in.
PUBLIC = {
    "home-stranger": "/",
    "sign-in": "/sign-in",
    "sign-in-needed": f"/studies/{OPEN}/results",
    "not-found": "/studies/no-such-study/results",
    "gallery": "/gallery/tiny",
    "gallery-filtered-out": "/gallery/tiny?text=nothing",
    "gallery-pair-stranger": f"/gallery/tiny/{PAIR_IDS[0]}",
}
# Pages of the owner, who is an admin.
OWN = {
    "home": "/",
    "gallery-pair": f"/gallery/tiny/{PAIR_IDS[0]}",
    "jobs": "/jobs",
    "tasks": "/tasks",
    "task": "/tasks/1",
    "benchmarks": "/benchmarks",
    "benchmark": "/benchmarks/tiny",
    "models": "/models",
    "model": "/models/motif",
    "register": f"/studies/{OPEN}/invitations",
    "new-study": "/studies/new",
    "people": "/people",
    "new-submission": "/submissions/new",
    "close": f"/studies/{OPEN}/close",
    "publish": f"/studies/{CLOSED}/publish",
    "results-open": f"/studies/{OPEN}/results",
    "results-closed": f"/studies/{CLOSED}/results",
    "matchup": f"/studies/{CLOSED}/results/1",
    "leaderboard": f"/studies/{CLOSED}/leaderboard",
    "scenario": f"/studies/{CLOSED}/scenarios/kite",
    "results-pair": f"/studies/{CLOSED}/pairs/{PAIR_IDS[0]}",
    "annotators": f"/studies/{OPEN}/annotators",
    "dashboard": f"/studies/{OPEN}/dashboard",
    "extend": f"/studies/{OPEN}/extend",
    "reopen": f"/studies/{CLOSED}/reopen",
    "delete": f"/studies/{CLOSED}/delete",
    "copy": f"/studies/new?copy={OPEN}",
    "crowd": f"/studies/{OPEN}/crowd",
}
LARGE_PAGES = {
    "large-results": f"/studies/{LARGE}/results",
    "large-matchup": f"/studies/{LARGE}/results/1",
    "large-leaderboard": f"/studies/{LARGE}/leaderboard",
    "large-dashboard": f"/studies/{LARGE}/dashboard",
    "large-annotators": f"/studies/{LARGE}/annotators",
}


def main(words: list[str]) -> None:
    """Write the screenshots of all pages, or of those whose names contain one of the words."""
    wanted = Wanted(tuple(words))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        with small_studies() as cast, serving(cast.context) as address:
            OWN["annotator"] = f"/studies/{OPEN}/annotators/{annotator_name(cast.context)}"
            OWN["metrics"] = f"/submissions/{cast.submission_ids['motif']}/metrics"
            OWN["invitations"] = invitations_path(cast.context)
            PUBLIC["sign-in-link"] = sign_in_path(cast.context)
            shoot_all(browser, address, wanted.of(PUBLIC))
            shoot_all(browser, address, wanted.of(OWN), signed_in=cast.context)
            shoot_voting(browser, address, cast, wanted)
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


@contextmanager
def small_studies() -> Iterator[Cast]:
    """Yield an open and a closed study of two matchups with votes."""
    with tempfile.TemporaryDirectory() as home, open_context(settings_for(Path(home))) as context:
        migrations.upgrade(context.database)
        cast = set_the_stage(context)
        closed = cast.open_study(CLOSED)
        fill_panels(
            closed, people=5, opinion=lambda shown: (Side.REFERENCE, Side.OTHER)[shown.pair_id % 3 == 0]
        )
        close(closed, cast.alice)
        fill_panels(cast.open_study(OPEN), people=2)
        yield cast


def annotator_name(context: AppContext) -> str:
    with context.database.read() as session:
        annotator = session.query(Annotator).order_by(Annotator.id.desc()).first()
        assert annotator is not None
        return annotator.pseudonym


def invitations_path(context: AppContext) -> str:
    batch = new_token()
    with context.database.write() as session:
        study = session.query(StudyRow).where(StudyRow.slug == OPEN).one()
        key = context.settings.signing_key
        links.invite_batch(session, study=study, signing_key=key, batch=batch, count=5, now=utc_now())
    return f"/studies/{OPEN}/invitations/{batch}"


def sign_in_path(context: AppContext) -> str:
    now = utc_now()
    with context.database.write() as session:
        person = person_named(session, name="alice", role=Role.RESEARCHER, now=now)
        return f"/sign-in/{create_sign_in_link(session, person=person, now=now, minutes=600)}"


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


def shoot_voting(browser: Browser, address: str, cast: Cast, wanted: Wanted) -> None:
    """Write screenshots of an annotator's pages, from the invitation to the end of the study."""
    if not any(map(wanted.includes, ("invitation", "vote", "withdraw", "done", "ended"))):
        return
    study = cast.open_study("voting-study")
    preview = cast.open_study("preview-study")
    for window in WINDOWS:
        for scheme in SCHEMES:
            with profile(browser, window, scheme) as context:
                page = context.new_page()
                page.goto(f"{address}/invite/{study.invite()[0]}")
                save(page, "invitation", window, scheme)
                page.get_by_role("link", name="Start").click()
                page.locator("[data-part=submit] span", has_text="Choose A or B").wait_for()
                save(page, "vote", window, scheme, full_page=False)
                page.keyboard.press("a")
                save(page, "vote-chosen", window, scheme, full_page=False)
                vote_on_everything(page, address, study)
                page.goto(f"{address}/studies/{study.slug}/vote")
                save(page, "done", window, scheme)
                page.goto(f"{address}/studies/{study.slug}/withdraw")
                save(page, "withdraw", window, scheme)
                page.locator("form button").first.click()
                page.wait_for_load_state()
                save(page, "withdrawn", window, scheme)
                for status in (StudyStatus.PAUSED, StudyStatus.CLOSED):
                    link = preview.invite()[0]
                    page.goto(f"{address}/invite/{link}")
                    set_status(cast.context, preview, status)
                    page.goto(f"{address}/invite/{link}")
                    save(page, f"ended-invitation-{status.value}", window, scheme)
                    page.goto(f"{address}/studies/{preview.slug}/vote")
                    save(page, f"ended-vote-{status.value}", window, scheme)
                    set_status(cast.context, preview, StudyStatus.OPEN)


def vote_on_everything(page: Page, address: str, study: Study) -> None:
    """Vote over REST with the cookie of the page's browser until nothing is left."""
    api = f"{address}/api/v1"
    while (answer := page.request.post(f"{api}/studies/{study.slug}/assignments", data={})).status == 200:
        vote = {"choice": "left", "justifications": ["overall_quality"]}
        page.request.post(f"{api}/assignments/{answer.json()['token']}/vote", data=vote)


def set_status(context: AppContext, study: Study, status: StudyStatus) -> None:
    with context.database.write() as session:
        session.execute(update(StudyRow).where(StudyRow.slug == study.slug).values(status=status))


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
