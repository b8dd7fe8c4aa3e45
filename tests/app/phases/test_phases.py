"""The phases of a study in order: consent, instructions, quiz, voting, questionnaire, last page."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.context import AppContext
from app.tables.people import Annotator, Invitation
from app.tables.studies import Comparison, StudyProtocol
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from benchmark.protocol import Outcome, Phase, Side
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.phases.conftest import PHASES, WHOLE_WAY, Walker, phase_rows
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast, Study, set_the_stage


def test_an_annotator_walks_the_whole_way(walker: Walker, context: AppContext) -> None:
    study = walker.study
    assert walker.at() == "/phases/consent"
    walker.agree()
    assert walker.at() == "/phases/instructions"
    walker.post("/instructions")
    assert walker.at() == "/phases/quiz"
    assert "Right." in walker.answer_quiz(Side.REFERENCE).text
    assert walker.at() == "/vote"
    for _ in range(2):
        assert vote(walker.client, assign(walker.client, study)["token"]).status_code == 201
    assert walker.client.get(f"/studies/{study.slug}/vote").url.path.endswith("/phases/questionnaire")
    walker.post("/questionnaire", {"screen": "Laptop", "age": "42"})

    finish = walker.get()

    assert finish.url.path.endswith("/phases/finish")
    assert 'value="C0MPLETE"' in finish.text
    assert 'href="https://pay.example.org/done?cc=C0MPLETE"' in finish.text
    assert "Your comment is saved" in walker.post("/finish", {"comment": "fun"}).text
    rows = phase_rows(context)
    assert set(rows) == set(Phase)
    assert all(row.passed and row.version == 1 for row in rows.values())
    assert rows[Phase.CONSENT].answers == {
        "language": "en",
        "statements": list(PHASES.consent.statements),
    }
    assert rows[Phase.QUESTIONNAIRE].answers == {"screen": "Laptop", "age": 42}
    assert rows[Phase.FINISH].answers == {"comment": "fun"}


def test_no_comparison_is_given_before_its_phase(walker: Walker) -> None:
    refused(ask(walker.client, walker.study), 409, "other_phase")
    page = walker.client.get(f"/studies/{walker.study.slug}/vote")
    assert page.url.path.endswith("/phases/consent")


def test_a_code_occurs_in_no_response_before_the_end(walker: Walker) -> None:
    pages = [walker.get().text, walker.get("/finish").text, walker.get("/consent").text]
    walker.reach_voting()
    pages += [walker.get("/finish").text, assign(walker.client, walker.study)["prompt"]]

    assert not [page for page in pages if "C0MPLETE" in page or "SCREENED" in page]


def test_the_study_information_is_shown_as_text(walker: Walker) -> None:
    page = walker.get().text

    assert "&lt;b&gt;Ask us&lt;/b&gt; anything." in page
    assert "£2.40" in page
    assert "Step 1 of 6" in page
    assert "mailto:study@example.org" in page


@pytest.mark.parametrize("statements", [[], [0], [0, 7]])
def test_consent_needs_every_statement(walker: Walker, context: AppContext, statements: list[int]) -> None:
    answer = walker.post("/consent", {"version": 1, "statements": statements})

    assert answer.status_code == 422
    assert "Tick every box to take part." in answer.text
    assert phase_rows(context) == {}


def test_consent_to_a_text_that_changed_meanwhile_is_asked_again(walker: Walker, context: AppContext) -> None:
    with context.database.write() as session:
        row = session.scalars(select(StudyRow)).one()
        assert row.phases is not None
        row.phases = row.phases | {"consent": row.phases["consent"] | {"statements": ["I agree."]}}
        document = session.scalars(select(StudyProtocol.document)).one() | {"phases": row.phases}
        session.add(StudyProtocol(study_id=row.id, version=2, document=document, created_at=row.created_at))

    answer = walker.post("/consent", {"version": 1, "statements": [0, 1]})

    assert answer.status_code == 409
    assert "changed while you read it" in answer.text
    assert phase_rows(context) == {}
    assert walker.post("/consent", {"version": 2, "statements": [0]}).status_code == 200
    assert phase_rows(context)[Phase.CONSENT].version == 2


def test_who_declines_leaves_nothing_behind(walker: Walker, context: AppContext) -> None:
    answer = walker.post("/decline")

    assert "You do not take part" in answer.text
    assert "C0MPLETE" not in answer.text
    assert phase_rows(context) == {}
    with context.database.read() as session:
        assert session.scalars(select(Annotator.withdrawn_at)).one() is not None
    refused(ask(walker.client, walker.study), 401, "not_invited")


def test_a_wrong_quiz_answer_is_explained_and_asked_again_with_another_pair(walker: Walker) -> None:
    walker.agree()
    walker.post("/instructions")

    first = walker.answer_quiz(Side.OTHER)

    assert "Not this time." in first.text
    assert "Nothing moves in this clip." in first.text
    again = walker.get("/quiz").text
    assert "0 of 1 answers were right. You need 1." in again
    walker.answer_quiz(Side.REFERENCE)
    assert walker.at() == "/vote"


def test_who_fails_the_quiz_is_screened_out_with_a_code(walker: Walker, context: AppContext) -> None:
    walker.agree()
    walker.post("/instructions")
    walker.answer_quiz(Side.OTHER)
    walker.answer_quiz(Side.OTHER)

    ended = walker.get()

    assert "Thank you for trying" in ended.text
    assert 'value="SCREENED"' in ended.text
    assert phase_rows(context)[Phase.QUIZ].outcome is Outcome.SCREENED_OUT
    refused(ask(walker.client, walker.study), 409, "other_phase")


def test_quiz_answers_count_in_no_result_and_no_progress(walker: Walker, cast: Cast) -> None:
    walker.reach_voting()

    card = assign(walker.client, walker.study)

    assert (card["done"], card["total"]) == (0, 2)
    rows = client_of(walker.study.context, cast.alice).get(
        f"/api/v1/studies/{walker.study.slug}/exports/votes.json"
    )
    assert [row["status"] for row in rows.json()] == ["quiz"]


def test_a_quiz_answer_is_neither_undone_nor_skipped(walker: Walker) -> None:
    walker.agree()
    walker.post("/instructions")
    page = walker.get("/quiz").text
    token = page.split('name="token"')[1].split('value="')[1].split('"')[0]

    refused(
        walker.client.post(f"/api/v1/assignments/{token}/skip", json={"reason": "upsetting"}),
        409,
        "quiz_question",
    )
    walker.post("/quiz", {"token": token, "choice": "left"})
    walker.get("/quiz")
    assert walker.client.post(f"/api/v1/assignments/{token}/undo").status_code == 409


def test_a_wrong_questionnaire_keeps_its_answers(walker: Walker, context: AppContext) -> None:
    walker.reach_voting()
    for _ in range(2):
        vote(walker.client, assign(walker.client, walker.study)["token"])
    walker.client.get(f"/studies/{walker.study.slug}/vote")

    answer = walker.post("/questionnaire", {"screen": "Fridge", "age": "12", "remarks": "a <b>"})

    assert answer.status_code == 422
    assert "Choose one of the answers." in answer.text
    assert "This number is too small or too large." in answer.text
    assert "a &lt;b&gt;" in answer.text
    assert Phase.QUESTIONNAIRE not in phase_rows(context)


def test_a_vote_cannot_be_undone_after_the_voting(walker: Walker) -> None:
    walker.reach_voting()
    tokens = [assign(walker.client, walker.study)["token"]]
    vote(walker.client, tokens[0])
    tokens.append(assign(walker.client, walker.study)["token"])
    vote(walker.client, tokens[1])
    walker.client.get(f"/studies/{walker.study.slug}/vote")

    refused(walker.client.post(f"/api/v1/assignments/{tokens[1]}/undo"), 409, "other_phase")


def test_an_annotator_resumes_on_another_device(cast: Cast, context: AppContext) -> None:
    study = with_gold(cast).open_study(**WHOLE_WAY)
    token = study.invite()[0]
    first, second = client_of(context), client_of(context)
    first.get(f"/invite/{token}")
    Walker(first, study).agree()

    page = second.get(f"/invite/{token}")

    assert page.url.path.endswith("/phases/instructions")


def test_a_study_that_closes_still_gives_its_code(walker: Walker, cast: Cast, context: AppContext) -> None:
    walker.reach_voting()
    vote(walker.client, assign(walker.client, walker.study)["token"])
    owner = client_of(context, cast.alice)
    assert owner.post(f"/api/v1/studies/{walker.study.slug}/close").status_code == 200

    page = walker.client.get(f"/studies/{walker.study.slug}/vote")
    assert page.url.path.endswith("/phases/questionnaire")
    walker.post("/questionnaire", {"screen": "Laptop", "age": "42"})
    assert 'value="C0MPLETE"' in walker.get().text


def test_an_annotator_who_comes_to_a_full_study_gets_its_code(walker: Walker, context: AppContext) -> None:
    walker.agree()
    walker.post("/instructions")
    with context.database.write() as session:
        session.execute(update(Comparison).values(is_open=False))
    walker.answer_quiz(Side.REFERENCE)

    page = walker.client.get(f"/studies/{walker.study.slug}/vote")

    assert "The study is full" in page.text
    assert 'value="FULLFULL"' in page.text


def test_leaving_deletes_what_the_person_wrote(walker: Walker, context: AppContext) -> None:
    walker.reach_voting()
    for _ in range(2):
        vote(walker.client, assign(walker.client, walker.study)["token"])
    walker.client.get(f"/studies/{walker.study.slug}/vote")
    walker.post("/questionnaire", {"screen": "Laptop", "age": "42", "remarks": "my name"})
    walker.post("/finish", {"comment": "my address"})
    with context.database.write() as session:
        session.execute(update(Invitation).values(label="Erika Mustermann"))

    # The answer to the quiz is no vote.
    assert "Votes: 2." in walker.client.get(f"/studies/{walker.study.slug}/withdraw").text
    assert walker.client.post(f"/studies/{walker.study.slug}/withdraw").status_code == 200

    rows = phase_rows(context)
    assert rows[Phase.QUESTIONNAIRE].answers == rows[Phase.FINISH].answers == {}
    assert rows[Phase.CONSENT].answers
    with context.database.read() as session:
        assert session.scalars(select(Invitation.label)).all() == [""]


def test_a_quiz_needs_enough_gold_questions(cast: Cast) -> None:
    with_gold(cast)
    owner = client_of(cast.context, cast.alice)
    body = {
        "slug": "long-quiz",
        "title": "t",
        "benchmark": "tiny",
        "matchups": [{"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}],
        "gold": {"count": 1},
        "phases": {"quiz": {"questions": 2, "pass_mark": 1, "attempts": 2}},
    }
    assert owner.post("/api/v1/studies", json=body).status_code == 201

    refused(owner.post("/api/v1/studies/long-quiz/open"), 409, "too_few_gold")
    without_gold = owner.post("/api/v1/studies", json=body | {"slug": "no-gold", "gold": None})
    refused(without_gold, 422, "invalid_field")


def test_the_owner_reads_the_phases_but_never_a_code(phased: Study, cast: Cast) -> None:
    answer = client_of(phased.context, cast.alice).get(f"/api/v1/studies/{phased.slug}")

    assert answer.json()["phases"]["quiz"] == {"questions": 1, "pass_mark": 1, "attempts": 2}
    assert "C0MPLETE" not in answer.text


def test_a_study_without_phases_has_no_phase_pages(client: TestClient, study: Study) -> None:
    client.get(f"/invite/{study.invite()[0]}")

    assert client.get(f"/studies/{study.slug}/phases").status_code == 404


def test_votes_of_a_phased_study_are_counted(walker: Walker, context: AppContext) -> None:
    walker.reach_voting()
    vote(walker.client, assign(walker.client, walker.study)["token"])

    with context.database.read() as session:
        assert len(session.scalars(select(Vote)).all()) == 2


def test_the_owner_reads_the_answers_by_pseudonym(walker: Walker, cast: Cast, context: AppContext) -> None:
    walker.reach_voting()
    for _ in range(2):
        vote(walker.client, assign(walker.client, walker.study)["token"])
    walker.client.get(f"/studies/{walker.study.slug}/vote")
    walker.post("/questionnaire", {"screen": "Laptop", "age": "42", "remarks": ""})
    path = f"/api/v1/studies/{walker.study.slug}/answers"

    answers = client_of(context, cast.alice).get(path).json()["answers"]

    assert {each["annotator"] for each in answers} == {"annotator-001"}
    by_phase = {each["phase"]: each["answers"] for each in answers}
    assert by_phase["quiz"] == {"right": [1]}
    assert by_phase["questionnaire"] == {"screen": "Laptop", "age": 42}
    assert client_of(context, cast.charlie).get(path).status_code == 404


def test_the_way_is_the_same_on_both_databases(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation)
    study = with_gold(cast).open_study(**WHOLE_WAY)
    walker = Walker(client_of(either_installation), study)
    walker.client.get(f"/invite/{study.invite()[0]}")
    walker.reach_voting()
    for _ in range(2):
        assert vote(walker.client, assign(walker.client, study)["token"]).status_code == 201
    walker.client.get(f"/studies/{study.slug}/vote")
    walker.post("/questionnaire", {"screen": "Phone", "age": "18"})

    assert "Thank you. You are finished." in walker.get().text
    assert walker.client.post(f"/studies/{study.slug}/withdraw").status_code == 200
    assert phase_rows(either_installation)[Phase.QUESTIONNAIRE].answers == {}
