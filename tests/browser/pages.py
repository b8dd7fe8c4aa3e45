"""All pages of the service: addresses of pages, and walks through the annotators' pages.

The screenshots and the accessibility test visit these pages.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import APIResponse, Page
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
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import worker_program
from tests.app.metrics.acting import measure_all
from tests.app.phases.conftest import PLATFORM, WHOLE_WAY, choice_of
from tests.app.results.page_voters import close, fill_panels
from tests.app.voting.test_gold import with_gold
from tests.cast import PAIR_IDS, Cast, Study, set_the_stage
from tests.conftest import settings_for

CLOSED, OPEN, PHASED, DRAFT = "closed-study", "open-study", "phased-study", "draft-study"

# Pages of visitors who are not signed in.
PUBLIC = {
    "home-stranger": "/",
    "sign-in": "/sign-in",
    "sign-in-needed": f"/studies/{OPEN}/results",
    "not-found": "/studies/no-such-study/results",
    "gallery": "/gallery/tiny",
    "gallery-filtered-out": "/gallery/tiny?text=nothing",
    "gallery-pair-stranger": f"/gallery/tiny/{PAIR_IDS[0]}",
    "join-full": f"/studies/{PHASED}/join?participant=somebody",
    "join-bad-link": f"/studies/{PHASED}/join?participant=",
}
# Pages of the owner, who is an admin.
OWN = {
    "home": "/",
    "gallery-pair": f"/gallery/tiny/{PAIR_IDS[0]}",
    "annotators-of-all-studies": "/annotators",
    "jobs": "/jobs",
    "tasks": "/tasks",
    "audit-log": "/audit",
    "task": "/tasks/1",
    "benchmarks": "/benchmarks",
    "benchmark": "/benchmarks/tiny",
    "models": "/models",
    "model": "/models/motif",
    "register": f"/studies/{OPEN}/invitations",
    "new-study": "/studies/new",
    "edit-draft": f"/studies/{DRAFT}/edit",
    "open-draft": f"/studies/{DRAFT}/open",
    "people": "/people",
    "settings": "/settings",
    "new-submission": "/submissions/new",
    "close": f"/studies/{OPEN}/close",
    "publish": f"/studies/{CLOSED}/publish",
    "results-open": f"/studies/{OPEN}/results",
    "results-closed": f"/studies/{CLOSED}/results",
    "matchup": f"/studies/{CLOSED}/results/1",
    "leaderboard": f"/studies/{CLOSED}/leaderboard",
    "study-metrics": f"/studies/{CLOSED}/metrics",
    "scenario": f"/studies/{CLOSED}/scenarios/kite",
    "results-pair": f"/studies/{CLOSED}/pairs/{PAIR_IDS[0]}",
    "annotators": f"/studies/{OPEN}/annotators",
    "dashboard": f"/studies/{OPEN}/dashboard",
    "crowd": f"/studies/{PHASED}/crowd",
    "crowd-draft": f"/studies/{DRAFT}/crowd",
    "extend": f"/studies/{OPEN}/extend",
    "reopen": f"/studies/{CLOSED}/reopen",
    "compare": f"/compare?first={CLOSED}&second={OPEN}",
    "merge": f"/studies/{CLOSED}/merge",
    "delete": f"/studies/{CLOSED}/delete",
    "copy": f"/studies/new?copy={OPEN}",
}
LARGE_PAGES = {
    "large-results": f"/studies/{LARGE}/results",
    "large-matchup": f"/studies/{LARGE}/results/1",
    "large-leaderboard": f"/studies/{LARGE}/leaderboard",
    "large-dashboard": f"/studies/{LARGE}/dashboard",
    "large-annotators": f"/studies/{LARGE}/annotators",
}


@contextmanager
def small_studies() -> Iterator[Cast]:
    """Yield an installation with a draft, an open study, a closed study and a study with phases."""
    with tempfile.TemporaryDirectory() as home, open_context(settings_for(Path(home))) as context:
        migrations.upgrade(context.database)
        yield fill_installation(context)


def fill_installation(context: AppContext) -> Cast:
    """Create the studies that the pages show. The studies have two matchups, votes, and metric scores."""
    cast = set_the_stage(context)
    closed = cast.open_study(CLOSED)
    fill_panels(closed, people=5, opinion=lambda shown: (Side.REFERENCE, Side.OTHER)[shown.pair_id % 3 == 0])
    close(closed, cast.alice)
    alice, worker = client_of(context, cast.alice), worker_program(context)
    for number, submission in enumerate(cast.submission_ids.values()):
        measure_all(alice, worker, submission, base=1.0 + number)
    fill_panels(cast.open_study(OPEN), people=2)
    cast.open_study(DRAFT)
    set_status(context, Study(DRAFT, context), StudyStatus.DRAFT)
    with_gold(cast)
    phased_study(cast, PHASED)
    with context.database.write() as session:
        session.execute(update(StudyRow).where(StudyRow.slug == PHASED).values(unfilled_comparisons=0))
    return cast


def phased_study(cast: Cast, slug: str, **changes: object) -> Study:
    """Open a study with all phases and completion codes. The installation must have gold questions."""
    study = cast.open_study(slug, **WHOLE_WAY | changes)
    platform = PLATFORM.model_dump(mode="json", exclude_none=True) | {"kind": "panel"}
    with cast.context.database.write() as session:
        session.execute(update(StudyRow).where(StudyRow.slug == slug).values(platform=platform))
    return study


def own_pages(cast: Cast) -> dict[str, str]:
    """Return the addresses of all pages of the owner, keyed by the name of the page."""
    with cast.context.database.read() as session:
        newest = session.query(Annotator).order_by(Annotator.id.desc()).first()
        assert newest is not None
        name = newest.pseudonym
    submission = f"/submissions/{cast.submission_ids['motif']}"
    return OWN | {
        "annotator": f"/studies/{OPEN}/annotators/{name}",
        "history": f"/studies/{OPEN}/annotators/{name}/history",
        "submission": submission,
        "metrics": f"{submission}/metrics",
        "invitations": _invitations_path(cast),
    }


def public_pages(cast: Cast) -> dict[str, str]:
    return PUBLIC | {"sign-in-link": _sign_in_path(cast.context)}


def _invitations_path(cast: Cast) -> str:
    batch, context = new_token(), cast.context
    with context.database.write() as session:
        study = session.query(StudyRow).where(StudyRow.slug == OPEN).one()
        links.invite_batch(
            session,
            study=study,
            signing_key=context.settings.signing_key,
            batch=batch,
            count=5,
            principal=cast.alice.principal,
            now=utc_now(),
        )
    return f"/studies/{OPEN}/invitations/{batch}"


def _sign_in_path(context: AppContext) -> str:
    now = utc_now()
    with context.database.write() as session:
        person = person_named(session, name="alice", role=Role.RESEARCHER, now=now)
        return f"/sign-in/{create_sign_in_link(session, person=person, now=now, minutes=600)}"


def walk_voting(page: Page, address: str, study: Study, preview: Study) -> Iterator[str]:
    """Walk from an invitation to the end of a study without phases; yield the name of each visited page.

    `preview` is another open study; the walk pauses and closes it to show the pages of these states.
    """
    page.goto(f"{address}/invite/{study.invite()[0]}")
    yield "invitation"
    page.locator(".get .main").click()
    page.locator("[data-part=submit] span", has_text="Choose A or B").wait_for()
    yield "vote"
    page.keyboard.press("a")
    yield "vote-chosen"
    vote_on_everything(page, address, study)
    page.goto(f"{address}/studies/{study.slug}/vote")
    yield "done"
    page.goto(f"{address}/studies/{study.slug}/withdraw")
    yield "withdraw"
    page.locator("form.get button").click()
    page.wait_for_load_state()
    yield "withdrawn"
    for status in (StudyStatus.PAUSED, StudyStatus.CLOSED):
        link = preview.invite()[0]
        page.goto(f"{address}/invite/{link}")
        set_status(preview.context, preview, status)
        page.goto(f"{address}/invite/{link}")
        yield f"ended-invitation-{status.value}"
        page.goto(f"{address}/studies/{preview.slug}/vote")
        yield f"ended-vote-{status.value}"
        set_status(preview.context, preview, StudyStatus.OPEN)


def walk_phases(page: Page, address: str, study: Study) -> Iterator[str]:
    """Walk from an invitation to the last page of a study with phases; yield the name of each page."""
    page.goto(f"{address}/invite/{study.invite()[0]}")
    yield "phase-consent"
    for box in page.locator("[name=statements]").all():
        box.check()
    page.locator("button.submit").click()
    yield "phase-instructions"
    page.locator("button.submit").click()
    for side, name in ((Side.OTHER, "wrong"), (Side.REFERENCE, "right")):
        yield f"phase-quiz-before-{name}"
        token = page.locator("[name=token]").input_value()
        page.locator(f".choose:has([value={choice_of(study, token, side)}])").click()
        page.locator("button.submit").click()
        yield f"phase-quiz-{name}"
        page.locator("a.submit").click()
    page.locator("[data-part=submit][aria-disabled]").wait_for()
    yield "phase-voting"
    vote_on_everything(page, address, study)
    page.goto(f"{address}/studies/{study.slug}/vote")
    yield "phase-questionnaire"
    page.locator("button.submit").click()
    yield "phase-questionnaire-problems"
    page.locator("[name=screen]").first.check()
    page.locator("[name=age]").fill("42")
    page.locator("button.submit").click()
    yield "phase-finish"


def vote_on_everything(page: Page, address: str, study: Study) -> None:
    """Vote over REST with the cookie of the page's browser until no comparison is left."""
    api = f"{address}/api/v1"

    def post(path: str, data: object) -> APIResponse:
        # The server may close an idle connection at the moment at which the client uses it again.
        return page.request.post(f"{api}/{path}", data=data, max_retries=1)

    while (answer := post(f"studies/{study.slug}/assignments", {})).status == 200:
        vote = {"choice": "left", "justifications": ["overall_quality"]}
        post(f"assignments/{answer.json()['token']}/vote", vote)


def set_status(context: AppContext, study: Study, status: StudyStatus) -> None:
    with context.database.write() as session:
        session.execute(update(StudyRow).where(StudyRow.slug == study.slug).values(status=status))
