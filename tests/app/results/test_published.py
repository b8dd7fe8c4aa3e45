"""Published results: a closed study for everybody, or for people with an unlisted link."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.main import create_app
from app.media.sandbox import Sandbox
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Submission
from benchmark.protocol import Visibility
from tests.app.results.page_voters import PAGE, close, fill_panels, signed_in
from tests.cast import PAIR_IDS, Cast, Study
from tests.conftest import open_with_sandbox, settings_for

RESULTS = "/studies/motif-study/results"
PUBLISH = "/studies/motif-study/publish"
READ = (
    RESULTS,
    f"{RESULTS}/1",
    "/studies/motif-study/leaderboard",
    f"/studies/motif-study/pairs/{PAIR_IDS[0]}",
    "/api/v1/studies/motif-study/results",
    "/api/v1/studies/motif-study/exports/preferences.csv",
    "/api/v1/studies/motif-study/exports/votes.csv",
)


@pytest.fixture(scope="module")
def closed_home(stage: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """TI2V_HOME of the cast with a closed study; the votes are cast once for all tests of this file."""
    home = tmp_path_factory.mktemp("closed") / "home"
    shutil.copytree(stage[0], home)
    with open_with_sandbox(settings_for(home), sandbox) as context:
        cast = replace(stage[1], context=context)
        study = cast.open_study()
        fill_panels(study, people=5)
        close(study, cast.alice)
    return home


@pytest.fixture
def closed(cast: Cast, closed_home: Path) -> Study:
    """A copy of the closed study in the test's own installation."""
    cast.context.database.close()
    shutil.copytree(closed_home, cast.context.settings.home, dirs_exist_ok=True)
    return Study("motif-study", cast.context)


def stranger(cast: Cast) -> TestClient:
    return TestClient(create_app(cast.context), base_url="http://testserver", headers=PAGE)


def publish(cast: Cast, access: str) -> str:
    """Publish Alice's study; return the text of the page."""
    answer = signed_in(cast.context, cast.alice).post(PUBLISH, data={"access": access})
    assert answer.status_code == 200, answer.text
    return answer.text


def link_on(page: str) -> str:
    found = re.search(r"/studies/motif-study/shared/[0-9a-f]{64}", page)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("address", READ)
def test_results_are_private_until_they_are_published(cast: Cast, closed: Study, address: str) -> None:
    assert stranger(cast).get(address).status_code == 401


@pytest.mark.parametrize("address", READ)
def test_everybody_reads_public_results(cast: Cast, closed: Study, address: str) -> None:
    publish(cast, "public")

    assert stranger(cast).get(address).status_code == 200


def test_the_shortened_url_leads_to_the_results(cast: Cast, closed: Study) -> None:
    with TestClient(create_app(cast.context), follow_redirects=False) as client:
        answers = [client.get(f"/studies/{slug}") for slug in (closed.slug, "no-such-study")]
        assert [answer.headers["location"] for answer in answers] == [
            RESULTS,
            "/studies/no-such-study/results",
        ]
        assert client.get(RESULTS).status_code == 401


def test_the_home_page_lists_public_results_only(cast: Cast, closed: Study) -> None:
    publish(cast, "unlisted")
    assert "MotiF against two" not in stranger(cast).get("/").text

    publish(cast, "public")
    assert "MotiF against two" in stranger(cast).get("/").text


@pytest.mark.parametrize("address", READ)
def test_the_unlisted_link_opens_the_results_in_that_browser_only(
    cast: Cast, closed: Study, address: str
) -> None:
    link = link_on(publish(cast, "unlisted"))
    guest = stranger(cast)

    assert str(guest.get(link).url).endswith(RESULTS)
    assert guest.get(address).status_code == 200
    assert stranger(cast).get(address).status_code == 401


@pytest.mark.parametrize("address", READ)
def test_a_signed_in_person_reads_by_the_unlisted_link_too(cast: Cast, closed: Study, address: str) -> None:
    link = link_on(publish(cast, "unlisted"))
    charlie = signed_in(cast.context, cast.charlie)
    assert charlie.get(address).status_code == 404

    assert str(charlie.get(link).url).endswith(RESULTS)

    assert charlie.get(address).status_code == 200


def test_a_signed_in_person_sees_the_clips_of_an_unlisted_link(cast: Cast, closed: Study) -> None:
    link = link_on(publish(cast, "unlisted"))
    charlie = signed_in(cast.context, cast.charlie)
    charlie.get(link)

    page = charlie.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}").text
    clips = re.findall(r'<video src="([^"]+)"', page)

    assert len(clips) == 3
    assert [charlie.get(clip).status_code for clip in clips] == [200] * 3
    assert charlie.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}/strip.svg").status_code == 200
    assert signed_in(cast.context, cast.bob).get(clips[0]).status_code == 404


def test_a_removed_link_stops_working_and_a_new_one_differs(cast: Cast, closed: Study) -> None:
    first = link_on(publish(cast, "unlisted"))
    guest = stranger(cast)
    guest.get(first)
    publish(cast, "private")

    assert guest.get(RESULTS).status_code == 401
    assert guest.get(first).status_code == 404
    assert link_on(publish(cast, "unlisted")) != first
    assert guest.get(RESULTS).status_code == 401


def test_saving_the_same_again_keeps_the_link(cast: Cast, closed: Study) -> None:
    assert link_on(publish(cast, "unlisted")) == link_on(publish(cast, "unlisted"))


def test_a_guessed_link_opens_nothing(cast: Cast, closed: Study) -> None:
    publish(cast, "unlisted")

    assert stranger(cast).get(f"/studies/motif-study/shared/{'0' * 64}").status_code == 404


def test_published_clips_can_be_seen(cast: Cast, closed: Study) -> None:
    publish(cast, "public")
    guest = stranger(cast)

    page = guest.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}").text
    clips = re.findall(r'<video src="([^"]+)"', page)

    assert len(clips) == 3
    assert [guest.get(clip).status_code for clip in clips] == [200] * 3
    assert guest.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}/strip.svg").status_code == 200


def test_no_clip_is_shown_while_a_running_study_compares_it(cast: Cast, closed: Study) -> None:
    publish(cast, "public")
    guest = stranger(cast)
    (clip, *_) = re.findall(
        r'<video src="([^"]+)"', guest.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}").text
    )

    cast.open_study("running", others=["cinemo"])

    page = guest.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}")
    assert "<video" not in page.text
    assert "Clips are hidden while a running study compares these models." in page.text
    assert guest.get(clip).status_code == 401
    assert guest.get(f"/studies/motif-study/pairs/{PAIR_IDS[0]}/strip.svg").status_code == 401


def test_publishing_makes_the_compared_submissions_public_and_is_noted(cast: Cast, closed: Study) -> None:
    publish(cast, "public")
    publish(cast, "public")

    with cast.context.database.read() as session:
        visibilities = set(session.scalars(select(Submission.visibility)))
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.publish")).all()
    assert visibilities == {Visibility.PUBLIC}
    assert [(event.actor, event.details["access"]) for event in events] == [("alice", "public")]


def test_somebody_elses_private_submission_is_not_published(cast: Cast, closed: Study) -> None:
    with cast.context.database.write() as session:
        side = session.scalars(
            select(Submission).where(Submission.public_id == cast.submission_ids["cinemo"])
        ).one()
        side.owner_id = cast.bob.principal.person_id

    answer = signed_in(cast.context, cast.alice).post(PUBLISH, data={"access": "public"})

    assert answer.status_code == 409
    assert "a submission of somebody else" in answer.text
    assert stranger(cast).get(RESULTS).status_code == 401


def test_a_running_study_is_not_published(cast: Cast, study: Study) -> None:
    answer = signed_in(cast.context, cast.alice).post(PUBLISH, data={"access": "public"})

    assert answer.status_code == 409
    assert stranger(cast).get(RESULTS).status_code == 401


def test_public_visibility_opens_no_running_study(cast: Cast, study: Study) -> None:
    with cast.context.database.write() as session:
        session.scalars(select(StudyRow)).one().visibility = Visibility.PUBLIC

    assert stranger(cast).get(RESULTS).status_code == 401


def bob(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.bob)


@pytest.mark.parametrize(("who", "status"), [(bob, 404), (stranger, 401)])
def test_others_cannot_publish(
    cast: Cast, closed: Study, who: Callable[[Cast], TestClient], status: int
) -> None:
    assert who(cast).get(PUBLISH).status_code == status
    assert who(cast).post(PUBLISH, data={"access": "public"}).status_code == status
    assert stranger(cast).get(RESULTS).status_code == 401


def test_another_site_cannot_publish(cast: Cast, closed: Study) -> None:
    answer = signed_in(cast.context, cast.alice).post(
        PUBLISH, data={"access": "public"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert stranger(cast).get(RESULTS).status_code == 401


def test_an_unknown_choice_is_refused(cast: Cast, closed: Study) -> None:
    answer = signed_in(cast.context, cast.alice).post(PUBLISH, data={"access": "everybody"})

    assert answer.status_code == 422
