"""The page on which an owner configures the phases: fields, lists, preview, errors and text form."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.platforms.service import study_platform
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Language
from tests.app.results.page_voters import signed_in
from tests.app.studies.test_study_form import FORM, fields
from tests.cast import Cast
from tests.page_text import text_of

PAGE = "/studies/motif-against-two/crowd"
CONSENT = "phases.consent"
QUESTIONS = "phases.questionnaire.questions"
SENT = {
    "use": ["phases", CONSENT, "phases.questionnaire", "rules.speed"],
    "revision": "1",
    "phases.pay": "£2.40",
    f"{CONSENT}.sections.0.title": "Who",
    f"{CONSENT}.sections.0.text": "We.",
    f"{CONSENT}.statements": "I agree.\nI am 18 years old.",
    f"{QUESTIONS}.0.kind": "choice",
    f"{QUESTIONS}.0.text": "Which screen?",
    f"{QUESTIONS}.0.key": "",
    f"{QUESTIONS}.0.options": "Phone\nLaptop",
    f"{QUESTIONS}.0.minimum": "",
    f"{QUESTIONS}.0.required": "yes",
    "rules.speed.minimum_s": "4",
    "rules.speed.after": "10",
    "rules.speed.action": "stop",
    "allocation.comparisons_per_day": "20",
    "allocation.scenarios": "boat\nkite",
    "allocation.pairs_per_batch": "",
    "allocation.balance": "matchups",
    "platform.kind": "prolific",
    "platform.completed.code": "D0NE",
    "platform.participant_parameter": "participant",
    "platform.session_parameter": "session",
}


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    client = signed_in(cast.context, cast.alice)
    client.post(FORM, data=fields(cast))
    return client


def study(cast: Cast) -> StudyRow:
    with cast.context.database.read() as session:
        return session.scalars(select(StudyRow)).one()


def shown(page: Response) -> dict[str, object]:
    """Return the fields that a browser sends if nobody changes the form."""
    text = page.text
    tags = [tag for tag in re.findall(r"<input[^>]*>", text) if 'type="checkbox"' not in tag]
    given: dict[str, object] = {_part(tag, "name"): _part(tag, "value") for tag in tags}
    given |= {
        name: (re.findall(r'value="([^"]*)"\s+selected', options) or [""])[0]
        for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL)
    }
    given |= dict(re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.DOTALL))
    ticked = r'<input type="checkbox"\s+name="{}"\s+value="([^"]+)"\s+checked'
    del given["text"]
    return given | {name: re.findall(ticked.format(name), text) for name in ("use", "offered")}


def _part(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_a_draft_gets_pages_rules_language_and_platform(cast: Cast, alice: TestClient) -> None:
    saved = alice.post(PAGE, data=SENT | {"language": "de"})

    assert saved.status_code == 200, text_of(saved.text)
    row = study(cast)
    assert row.phases is not None
    assert row.phases["consent"]["statements"] == ["I agree.", "I am 18 years old."]
    assert row.phases["quiz"] is None
    (question,) = row.phases["questionnaire"]["questions"]
    assert (question["key"], question["options"]) == ("question_1", ["Phone", "Laptop"])
    assert row.rules is not None
    assert row.rules["speed"] == {"after": 10, "action": "stop", "minimum_s": 4.0}
    assert row.allocation == {
        "comparisons_per_day": 20,
        "scenarios": ["boat", "kite"],
        "pairs_per_batch": None,
        "balance": "matchups",
    }
    assert (row.language, study_platform(row).completed.code) == (Language.DE, "D0NE")
    assert "/studies/motif-against-two/join" in saved.text


def test_saving_the_shown_form_changes_nothing(cast: Cast, alice: TestClient) -> None:
    sent = shown(alice.post(PAGE, data=SENT))

    assert alice.post(PAGE, data=sent).status_code == 200
    assert study(cast).revision == 2


def test_the_preview_shows_what_annotators_read(alice: TestClient) -> None:
    words = text_of(alice.post(f"{PAGE}/preview", data=SENT).text)

    assert "About this study Who We. ☐ I agree. ☐ I am 18 years old. Comparisons" in words
    assert "Which screen? ○ Phone ○ Laptop" in words
    wrong = alice.post(f"{PAGE}/preview", data=SENT | {f"{CONSENT}.statements": ""})
    assert "1 field must be filled in or corrected first." in text_of(wrong.text)


def test_save_and_preview_shows_the_consent_of_a_hidden_copy(cast: Cast, alice: TestClient) -> None:
    page = alice.post(PAGE, data=SENT | {"change": "preview"})

    assert "Do you want to take part?" in page.text
    assert "I am 18 years old." in page.text


def test_a_list_grows_shrinks_and_changes_its_order_without_saving(cast: Cast, alice: TestClient) -> None:
    grown = alice.post(PAGE, data=SENT | {"change": f"add {QUESTIONS}"})
    sent = shown(grown) | {f"{QUESTIONS}.1.text": "How old are you?", f"{QUESTIONS}.1.kind": "number"}
    moved = shown(alice.post(PAGE, data=sent | {"change": f"up {QUESTIONS}.1"}))
    shrunk = shown(alice.post(PAGE, data=moved | {"change": f"remove {QUESTIONS}.1"}))

    assert moved[f"{QUESTIONS}.1.text"] == "Which screen?"
    assert shrunk[f"{QUESTIONS}.0.text"] == "How old are you?"
    assert f"{QUESTIONS}.1.text" not in shrunk
    assert study(cast).phases is None


@pytest.mark.parametrize(
    ("changes", "path", "sentence"),
    [
        ({f"{CONSENT}.statements": " "}, f"{CONSENT}.statements", "Fill in this field."),
        ({f"{CONSENT}.statements": "a\n" + "b" * 201}, f"{CONSENT}.statements", "Line 2: Use at most 200"),
        ({f"{QUESTIONS}.0.options": "One"}, f"{QUESTIONS}.0.options", "Add at least 2."),
        ({f"{QUESTIONS}.0.key": "Screen!"}, f"{QUESTIONS}.0.key", "Use at most 40 lower-case letters"),
        (
            {f"{QUESTIONS}.0.kind": "number", f"{QUESTIONS}.0.minimum": "few"},
            f"{QUESTIONS}.0.minimum",
            "Use a whole number.",
        ),
        ({"phases.contact": "nobody"}, "phases.contact", "Write one email address"),
        ({"rules.speed.minimum_s": "fast"}, "rules.speed.minimum_s", "Use a number, such as 0.7."),
        ({"rules.speed.after": "0"}, "rules.speed.after", "Use 1 or more."),
        ({"platform.completed.url": "ftp://x"}, "platform.completed.url", "Write a URL that starts with"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_lost(
    cast: Cast, alice: TestClient, changes: dict[str, object], path: str, sentence: str
) -> None:
    answer = alice.post(PAGE, data=SENT | changes)

    assert answer.status_code == 422
    said = re.search(rf'id="{re.escape(path)}-problem">([^<]*)<', answer.text)
    assert said is not None
    assert sentence in said[1]
    kept = shown(answer)
    assert {path: kept[path] for path in changes} == changes
    assert kept["phases.pay"] == "£2.40"
    assert study(cast).phases is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"use": ["phases", "phases.quiz"]}, "a quiz asks gold questions"),
        ({"use": []}, "this study has no phases"),
        ({"phases.quiz": "x", "phases.pay.deep": "x"}, "The form has an unknown field."),
        ({"phases.colour": "red"}, "The form has no such field."),
        ({f"{QUESTIONS}.x.y": "1"}, "Correct the marked fields."),
        ({"change": "add everything"}, "The form has no such button."),
    ],
)
def test_settings_that_do_not_fit_are_explained(
    cast: Cast, alice: TestClient, changes: dict[str, object], sentence: str
) -> None:
    answer = alice.post(PAGE, data=SENT | changes)

    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer.text)
    assert study(cast).phases is None


def test_a_second_owner_sees_what_the_first_saved(cast: Cast, alice: TestClient) -> None:
    alice.post(PAGE, data=SENT)

    late = alice.post(PAGE, data=SENT | {"phases.pay": "£9.99"})

    assert late.status_code == 409
    assert "alice changed phases" in text_of(late.text)
    kept = shown(late)
    assert (kept["phases.pay"], kept["revision"]) == ("£9.99", "2")
    assert alice.post(PAGE, data=kept).status_code == 200


def test_a_text_fills_the_form_without_saving(cast: Cast, alice: TestClient) -> None:
    text = '[consent]\nstatements = ["I agree."]\nsections = [{title = "Who", text = "They."}]\n'
    filled = alice.post(PAGE, data=SENT | {"change": "import", "text": text})

    assert shown(filled)[f"{CONSENT}.sections.0.text"] == "They."
    assert shown(filled)["rules.speed.minimum_s"] == "4.0"
    assert study(cast).phases is None
    for wrong in ("consent =", "{" * 5000, "[quiz]\nquestions = 0"):
        refused = alice.post(PAGE, data=SENT | {"change": "import", "text": wrong})
        assert refused.status_code == 422
        assert wrong.splitlines()[0][:9] in text_of(refused.text)
        assert shown(refused)["phases.pay"] == "£2.40"


def test_an_open_study_changes_only_its_platform(cast: Cast, alice: TestClient) -> None:
    alice.post(PAGE, data=SENT)
    alice.post("/studies/motif-against-two/open")

    alice.post(PAGE, data={"platform.completed.code": "OTHER", "use": [], "language": "de"})

    row = study(cast)
    assert row.phases is not None
    assert (row.language, study_platform(row).completed.code) == (Language.EN, "OTHER")
    page = text_of(alice.get(PAGE).text)
    assert "frozen as version 1 of the protocol" in page
    assert "☐ I agree." in page


def test_others_do_not_see_the_page(cast: Cast, alice: TestClient) -> None:
    charlie = signed_in(cast.context, cast.charlie)

    assert charlie.get(PAGE).status_code == 404
    assert charlie.post(PAGE, data=SENT).status_code == 404
    assert charlie.post(f"{PAGE}/preview", data=SENT).status_code == 404
