"""An annotator's pages use the language of the browser, or the language that the annotator chose."""

import re

import pytest
from fastapi import Request
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.authenticated_route import AuthenticatedRoute
from app.context import AppContext
from app.error_language import is_of_annotators
from app.languages.negotiation import preferred_language
from app.page_routers import PAGES
from app.phases.owner_languages import language_lines
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Language, Phase
from benchmark.wire.drafts import StudyRequest
from benchmark.wire.translations import kept_translations
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.app.phases.conftest import WHOLE_WAY, Walker, phase_rows
from tests.app.results.page_voters import signed_in
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast, Study

ARABIC = {
    "I agree to take part.": "أوافق على المشاركة.",
    "Phone": "هاتف",
    "Which screen?": "أي شاشة؟",
    "Example University.\n\n<b>Ask us</b> anything.": "جامعة.\n\n<b>اسألنا</b>.",
}

# The folders of app/ with pages of annotators.
OF_ANNOTATORS = ("voting", "phases", "invitations", "platforms")


@pytest.fixture
def study(cast: Cast) -> Study:
    return with_gold(cast).open_study(**WHOLE_WAY | {"translations": {Language.AR: ARABIC}})


def html_of(page: str) -> tuple[str, str]:
    """Return the language and the text direction of a page."""
    found = re.search(r'<html lang="([\w-]+)"\s+dir="(\w+)"', page)
    assert found is not None
    return found[1], found[2]


def _is_of_annotators(route: APIRoute) -> bool:
    """Return whether a route is a page of annotators: in a folder of such pages, and without a sign-in."""
    folder = route.endpoint.__module__.split(".")[1]
    is_media = route.path.startswith("/media/")
    return folder in OF_ANNOTATORS and not isinstance(route, AuthenticatedRoute) and not is_media


def test_error_pages_are_translated_on_the_pages_of_annotators_only() -> None:
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]

    def is_translated(route: APIRoute) -> bool:
        path = re.sub(r"\{\w+\}", "a", route.path)
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        return is_of_annotators(Request(scope))

    expected = {route.path for route in routes if _is_of_annotators(route)}
    assert {route.path for route in routes if is_translated(route)} == expected
    assert len(expected) > 10


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("pt, en;q=0.5", Language.EN),
        ("es-MX;q=0.8, zh-CN", Language.ZH_HANS),
        ("ar;q=0", None),
        ("ar;q=x, fr;q=0.1", Language.FR),
        (";;,q=,ſ;q=²" * 500, None),
    ],
)
def test_the_browser_s_languages_are_compared_by_weight(header: str, language: Language | None) -> None:
    assert preferred_language(header, Language) is language


def test_the_browser_decides_until_the_annotator_chooses(study: Study, client: TestClient) -> None:
    client.headers["Accept-Language"] = "ar-EG, en;q=0.5"
    arabic = client.get(f"/invite/{study.invite()[0]}").text
    target = f"/studies/{study.slug}/phases/consent"

    french = client.post(f"/studies/{study.slug}/language", data={"language": "fr", "target": target})

    assert html_of(arabic) == ("ar", "rtl")
    assert (html_of(french.text), french.url.path) == (("fr", "ltr"), target)


def test_a_browser_in_another_language_gets_the_language_of_the_study(
    study: Study, client: TestClient
) -> None:
    client.headers["Accept-Language"] = "tlh"

    assert html_of(client.get(f"/invite/{study.invite()[0]}").text) == ("en", "ltr")


def test_a_menu_leads_only_to_pages_of_the_study(study: Study, client: TestClient) -> None:
    client.get(f"/invite/{study.invite()[0]}")
    for target in ("//example.org/x", "https://example.org", "/studies/other/vote", "/invite/\nx"):
        data = {"language": "fr", "target": target}
        answer = client.post(f"/studies/{study.slug}/language", data=data, follow_redirects=False)
        assert answer.headers["location"] == f"/studies/{study.slug}/vote"


def test_a_language_that_the_study_does_not_offer_is_refused(cast: Cast, client: TestClient) -> None:
    study = cast.open_study(languages=[Language.EN, Language.DE])
    client.get(f"/invite/{study.invite()[0]}", headers={"Accept-Language": "fr"})

    refused = client.post(f"/studies/{study.slug}/language", data={"language": "fr"})
    page = client.get(f"/studies/{study.slug}/vote", headers={"Accept-Language": "fr"}).text

    assert refused.status_code == 422
    assert html_of(page)[0] == "en"


def test_an_error_page_of_annotators_is_in_the_language_of_the_browser(
    study: Study, client: TestClient
) -> None:
    client.headers |= {"Accept-Language": "de-AT", "Accept": "text/html"}
    stranger = client.get(f"/studies/{study.slug}/vote")
    unknown = client.get(f"/invite/{'0' * 43}")
    of_owners = client.get("/benchmarks/none")

    assert (stranger.status_code, html_of(stranger.text)) == (401, ("de", "ltr"))
    assert "Öffnen Sie Ihren Link noch einmal" in stranger.text
    assert "Dieser Browser hat keine Einladung zu dieser Studie." in stranger.text
    assert (unknown.status_code, html_of(unknown.text)) == (404, ("de", "ltr"))
    assert html_of(of_owners.text) == ("en", "ltr")


def test_an_error_page_is_in_the_language_that_the_annotator_chose(study: Study, client: TestClient) -> None:
    client.headers |= {"Accept-Language": "de", "Accept": "text/html"}
    client.get(f"/invite/{study.invite()[0]}")
    client.post(f"/studies/{study.slug}/language", data={"language": "ar"})

    refused = client.post(f"/studies/{study.slug}/language", data={"language": "tlh"})
    forged = client.get("/studies/another/vote", headers={"Cookie": "ti2v_language=<b>"})

    assert (refused.status_code, html_of(refused.text)) == (422, ("ar", "rtl"))
    assert html_of(forged.text) == ("de", "ltr")


def test_the_menu_keeps_the_question_of_the_quiz_and_its_explanation(
    study: Study, client: TestClient
) -> None:
    client.get(f"/invite/{study.invite()[0]}")
    walker = Walker(client, study)
    walker.agree()
    walker.post("/instructions")

    def in_language(page: str, language: str) -> str:
        target = re.search(r'name="target" value="([^"]+)"', page)
        assert target is not None
        data = {"language": language, "target": target[1]}
        return client.post(f"/studies/{study.slug}/language", data=data).text

    def token(page: str) -> str:
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    question = walker.get("/quiz").text
    in_french = in_language(question, "fr")
    explained = client.post(
        f"/studies/{study.slug}/phases/quiz", data={"token": token(question), "choice": "left"}
    ).text
    in_german = in_language(explained, "de")

    assert (token(in_french), html_of(in_french)[0]) == (token(question), "fr")
    assert html_of(in_german)[0] == "de"
    assert "Ihre Antwort: A" in in_german


def test_texts_of_the_study_are_translated_and_marked_where_they_are_not(
    study: Study, client: TestClient, context: AppContext
) -> None:
    client.headers["Accept-Language"] = "ar"
    client.get(f"/invite/{study.invite()[0]}")
    walker = Walker(client, study)
    consent = walker.get("/consent").text
    walker.reach_voting()
    for _ in range(2):
        vote(client, assign(client, study)["token"])
    questions = client.get(f"/studies/{study.slug}/vote").text
    walker.post("/questionnaire", {"screen": "Phone", "age": "42"})

    assert "<span>أوافق على المشاركة.</span>" in consent
    assert '<span lang="en" dir="ltr">I am 18 years old or older.</span>' in consent
    assert "&lt;b&gt;اسألنا&lt;/b&gt;." in consent
    assert '<input type="radio"\nname="screen"\nvalue="Phone"' in questions
    assert "<span>هاتف</span>" in questions
    rows = phase_rows(context)
    assert rows[Phase.CONSENT].answers == {
        "language": "ar",
        "statements": ["I am 18 years old or older.", "أوافق على المشاركة."],
    }
    assert rows[Phase.QUESTIONNAIRE].answers["screen"] == "Phone"


def test_the_owner_sees_what_is_not_translated(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.alice).get(f"/studies/{study.slug}/crowd").text
    with cast.context.database.read() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        (arabic,) = (line for line in language_lines(row) if line.name == "العربية")

    assert arabic.texts - len(arabic.untranslated) == len(ARABIC)
    assert "We pay in 3 days." in arabic.untranslated
    assert f"into <bdi>العربية</bdi>: {len(arabic.untranslated)} of {arabic.texts} texts" in page


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"translations": {"es": {"No such text": "x"}}}, "the study has no text 'No such text'"),
        ({"languages": ["en", "es"], "translations": {"fr": {"t": "x"}}}, "does not offer this language"),
        ({"translations": {"en": {"t": "x"}}}, "does not offer this language"),
        ({"translations": {"tlh": {"t": "x"}}}, "translations"),
        ({"translations": {"es": {"t": ""}}}, "translations"),
        ({"languages": ["de"]}, "languages must contain language"),
        ({"languages": ["en", "en"]}, "each language may be named once"),
    ],
)
def test_wrong_languages_are_refused(cast: Cast, fields: dict[str, object], problem: str) -> None:
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    body = {"slug": "s", "title": "t", "benchmark": "tiny", "matchups": [sides]} | fields

    answer = client_of(cast.context, cast.alice).post("/api/v1/studies", json=body)

    assert answer.status_code == 422
    assert problem in answer.text


def test_the_owner_sets_languages_and_translations_of_a_draft(cast: Cast) -> None:
    client = signed_in(cast.context, cast.alice)
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    body = {"slug": "s", "title": "Kites", "benchmark": "tiny", "matchups": [sides]}
    client.post("/api/v1/studies", json=body)
    form = {"language": "en", "offered": ["en", "es"], "translations": '[es]\n"Kites" = "Cometas"'}

    saved = client.post("/studies/s/crowd", data=form)
    wrong = client.post("/studies/s/crowd", data=form | {"translations": "[es", "revision": "2"})

    assert saved.status_code == 200
    stored = client.get("/api/v1/studies/s").json()
    assert (stored["languages"], stored["translations"]) == (["en", "es"], {"es": {"Kites": "Cometas"}})
    assert wrong.status_code == 422
    assert "This is neither TOML nor JSON." in wrong.text


def test_a_copy_with_another_title_loses_the_translation_of_the_title() -> None:
    kept = kept_translations({Language.ES: {"Kites": "Cometas", "Look.": "Mire."}}, "Boats", "Look.", None)

    assert kept == {Language.ES: {"Look.": "Mire."}}
    assert StudyRequest.model_fields["languages"].default == tuple(Language)
