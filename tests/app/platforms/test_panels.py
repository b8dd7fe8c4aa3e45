"""Participant panels: stand-ins replay the entry and exit links of SONA and of CloudResearch Connect.

A stand-in inserts the ids of its participant into the study's link. Later it reads the ids from the link with
which the participant returns.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.tables.platforms import PlatformSession
from benchmark.wire.phases import Phases
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study


@dataclass(frozen=True)
class Panel:
    """A participant panel, as described in its documentation.

    Attributes:
        settings: the platform of the study, as the lab sets it.
        entry: the query of the link that the panel opens for a participant.
        participant, session: the ids that the server must store.
        exit: the address to which the participant must return.
    """

    settings: dict[str, object]
    entry: str
    participant: str
    session: str
    exit: str


# www.sona-systems.com/researcher/using-the-survey-code-feature, read 2026-11-30: SONA replaces %SURVEY_CODE%
# in the study URL with a number of 2 to 7 digits. The completion URL has the form of the example on
# www.sona-systems.com/researcher/external-study-credit-granting, read 2026-11-30.
SONA_CREDIT = (
    "https://yourschool.sona-systems.com/webstudy_credit.aspx?experiment_id=123&credit_token=4e48f9b638a"
)
SONA = Panel(
    settings={
        "kind": "panel",
        "participant_parameter": "survey_code",
        "completed": {"url": f"{SONA_CREDIT}&survey_code={{participant}}"},
    },
    entry="survey_code=%SURVEY_CODE%".replace("%SURVEY_CODE%", "1234"),
    participant="1234",
    session="",
    exit=f"{SONA_CREDIT}&survey_code=1234",
)
# connect-researcher-help.cloudresearch.com, "Project Completion" (5046202939796), read 2026-11-30: a project
# ends with a redirect URL, or with a code that the participant enters. That page does not name the parameters
# that Connect appends to the project's link; these names are listed as unverified in docs/crowd-studies.md.
CONNECT = Panel(
    settings={
        "kind": "panel",
        "participant_parameter": "participantId",
        "session_parameter": "assignmentId",
        "study_parameter": "projectId",
        "study_id": "7DE64B7FBE",
        "completed": {
            "code": "7DE64B7FBE",
            "url": "https://connect.cloudresearch.com/participant/project/7DE64B7FBE/complete",
        },
    },
    entry="participantId=0F3A9C&assignmentId=A1B2C3&projectId=7DE64B7FBE",
    participant="0F3A9C",
    session="A1B2C3",
    exit="https://connect.cloudresearch.com/participant/project/7DE64B7FBE/complete",
)


@pytest.fixture
def study(cast: Cast) -> Study:
    return cast.open_study(others=["cinemo"], comparisons_per_annotator=1, phases=Phases())


def set_platform(cast: Cast, study: Study, settings: dict[str, object]) -> None:
    owner = client_of(cast.context, cast.alice)
    answer = owner.put(f"/api/v1/studies/{study.slug}/platform", json=settings)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("panel", [SONA, CONNECT], ids=["sona", "connect"])
def test_a_participant_of_a_panel_enters_votes_and_returns(
    panel: Panel, client: TestClient, cast: Cast, context: AppContext, study: Study
) -> None:
    set_platform(cast, study, panel.settings)

    entered = client.get(f"/studies/{study.slug}/join?{panel.entry}")
    with context.database.read() as session:
        (row,) = session.scalars(select(PlatformSession)).all()
    assert vote(client, assign(client, study)["token"]).status_code == 201
    finish = client.get(f"/studies/{study.slug}/vote").text

    assert (entered.url.path, entered.url.query) == (f"/studies/{study.slug}/vote", b"")
    assert (row.participant, row.session, row.is_verified) == (panel.participant, panel.session, False)
    links = [unescape(each) for each in re.findall(r'href="(https://[^"]+)"', finish)]
    (back,) = [each for each in links if urlsplit(each).netloc == urlsplit(panel.exit).netloc]
    assert urlsplit(back)[:3] == urlsplit(panel.exit)[:3]
    assert parse_qs(urlsplit(back).query) == parse_qs(urlsplit(panel.exit).query)


@pytest.mark.parametrize(
    ("panel", "entry"),
    [
        (SONA, ""),
        (SONA, "survey_code="),
        (SONA, "survey_code=12%2634"),
        (SONA, "survey_code=%25SURVEY_CODE%25"),
        (CONNECT, "participantId=0F3A9C&assignmentId=A1B2C3&projectId=another"),
        (CONNECT, "assignmentId=A1B2C3&projectId=7DE64B7FBE"),
    ],
)
def test_a_link_without_usable_ids_stores_nothing(
    panel: Panel, entry: str, client: TestClient, cast: Cast, context: AppContext, study: Study
) -> None:
    set_platform(cast, study, panel.settings)

    page = client.get(f"/studies/{study.slug}/join?{entry}")

    assert (page.status_code, "This link does not work" in page.text) == (422, True)
    with context.database.read() as session:
        assert session.scalars(select(PlatformSession)).all() == []


def test_an_id_is_quoted_in_the_return_url(client: TestClient, cast: Cast, study: Study) -> None:
    set_platform(cast, study, SONA.settings)
    client.get(f"/studies/{study.slug}/join", params={"survey_code": "12:34"})
    assert vote(client, assign(client, study)["token"]).status_code == 201

    assert "&amp;survey_code=12%3A34" in client.get(f"/studies/{study.slug}/vote").text
