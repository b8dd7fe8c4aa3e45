"""In a German study, all pages of annotators are in German, from the invitation to the last page."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.tables.studies import StudyProtocol
from benchmark.protocol import Language, Side
from benchmark.wire.phases import Phases
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.app.phases.conftest import WHOLE_WAY, Walker
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast


def test_the_whole_way_is_in_the_language_of_the_study(cast: Cast, client: TestClient) -> None:
    study = with_gold(cast).open_study(**WHOLE_WAY | {"language": Language.DE})
    walker = Walker(client, study)

    consent = client.get(f"/invite/{study.invite()[0]}").text
    refused = walker.post("/consent", {"version": 1, "statements": []}).text
    walker.agree()
    instructions = walker.get().text
    walker.post("/instructions")
    answer = walker.answer_quiz(Side.OTHER).text
    walker.answer_quiz(Side.REFERENCE)
    voting = client.get(f"/studies/{study.slug}/vote").text
    for _ in range(2):
        vote(client, assign(client, study)["token"])
    questions = client.get(f"/studies/{study.slug}/vote").text
    walker.post("/questionnaire", {"screen": "Laptop", "age": "42"})
    finish = walker.get().text

    pages = [consent, refused, instructions, answer, voting, questions, finish]
    assert {re.findall(r'<html lang="(..)"', page)[0] for page in pages} == {"de"}
    assert "Möchten Sie teilnehmen?" in consent
    assert "Kreuzen Sie alle Kästchen an" in refused
    assert "So vergleichen Sie zwei Clips" in instructions
    assert "Diesmal nicht." in answer
    assert "Warum ist er besser?" in voting
    assert "Ein paar Fragen" in questions
    assert "Vielen Dank. Sie sind fertig." in finish


def test_a_refused_vote_is_explained_in_german(cast: Cast, client: TestClient) -> None:
    study = cast.open_study(language=Language.DE)
    client.get(f"/invite/{study.invite()[0]}")
    token = assign(client, study)["token"]

    page = client.post(f"/studies/{study.slug}/vote", data={"token": token, "choice": "left"})

    assert page.status_code == 422
    assert "Wählen Sie mindestens einen Grund für Ihre Wahl." in page.text


def test_the_protocol_names_the_language(cast: Cast, context: AppContext) -> None:
    cast.open_study(language=Language.DE, phases=Phases())

    with context.database.read() as session:
        assert session.scalars(select(StudyProtocol.document)).one()["language"] == "de"


def test_a_language_without_a_catalogue_is_refused(cast: Cast) -> None:
    sides = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    body = {"slug": "s", "title": "t", "benchmark": "tiny", "matchups": [sides], "language": "tlh"}

    answer = client_of(cast.context, cast.alice).post("/api/v1/studies", json=body)

    assert answer.status_code == 422
    assert "language" in answer.text
