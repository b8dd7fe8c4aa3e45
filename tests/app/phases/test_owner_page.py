"""The page on which an owner sets up a crowd study."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.platforms.service import study_platform
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Language
from tests.app.results.page_voters import signed_in
from tests.app.studies.test_study_form import FORM, fields
from tests.cast import Cast
from tests.page_text import text_of

PAGE = "/studies/motif-against-two/crowd"
PHASES = '[consent]\nstatements = ["I agree."]\nsections = [{title = "Who", text = "We."}]\n'
PLATFORM = 'kind = "prolific"\n[completed]\ncode = "D0NE"\n'


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    client = signed_in(cast.context, cast.alice)
    client.post(FORM, data=fields(cast))
    return client


def study(cast: Cast) -> StudyRow:
    with cast.context.database.read() as session:
        return session.scalars(select(StudyRow)).one()


def test_a_draft_gets_phases_language_and_platform(cast: Cast, alice: TestClient) -> None:
    sent = {"phases": PHASES, "platform": PLATFORM, "language": "de", "revision": "1"}

    saved = alice.post(PAGE, data=sent)

    assert saved.status_code == 200
    row = study(cast)
    assert row.phases is not None
    assert row.phases["consent"]["statements"] == ["I agree."]
    assert (row.language, study_platform(row).completed.code) == (Language.DE, "D0NE")
    assert "/studies/motif-against-two/join" in saved.text
    # What the page shows can be saved again, and changes nothing.
    shown = {"phases": _shown(saved.text, "phases"), "platform": _shown(saved.text, "platform")}
    assert alice.post(PAGE, data=sent | shown | {"revision": "2"}).status_code == 200
    assert study(cast).revision == 2


def _shown(page: str, name: str) -> str:
    text = page.split(f'<textarea id="{name}"')[1].split(">", 1)[1].split("</textarea>")[0]
    return text.replace("&#34;", '"')


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"phases": "consent ="}, "This is neither TOML nor JSON."),
        ({"phases": "{" * 5000}, "This is neither TOML nor JSON."),
        ({"phases": "[quiz]\nquestions = 0"}, "quiz.questions: Input should be greater than or equal to 1."),
        ({"phases": "[quiz]"}, "a quiz asks gold questions"),
        ({"platform": 'kind = "prolific"'}, "this study has no phases"),
    ],
)
def test_wrong_settings_are_explained_and_kept(
    cast: Cast, alice: TestClient, sent: dict[str, str], sentence: str
) -> None:
    answer = alice.post(PAGE, data=sent | {"revision": "1"})

    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer.text)
    assert all(text.splitlines()[0] in text_of(answer.text) for text in sent.values())
    assert study(cast).phases is None


def test_an_open_study_changes_only_its_platform(cast: Cast, alice: TestClient) -> None:
    alice.post(PAGE, data={"phases": PHASES, "revision": "1"})
    alice.post("/studies/motif-against-two/open")

    alice.post(PAGE, data={"phases": "", "platform": PLATFORM, "language": "de"})

    row = study(cast)
    assert row.phases is not None
    assert (row.language, study_platform(row).completed.code) == (Language.EN, "D0NE")
    assert "frozen" in alice.get(PAGE).text


def test_others_do_not_see_the_page(cast: Cast, alice: TestClient) -> None:
    charlie = signed_in(cast.context, cast.charlie)

    assert charlie.get(PAGE).status_code == 404
    assert charlie.post(PAGE, data={"platform": PLATFORM}).status_code == 404
