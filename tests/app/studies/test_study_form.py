"""The form that creates a study: fields, estimate, invalid and repeated requests."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.errors import InvalidFields
from app.studies.forms import StudyFields, parse_study_form, slug_of_title
from app.tables.studies import Matchup
from app.tables.studies import Study as StudyRow
from benchmark.protocol import RenditionRecipe, Role, StudyStatus
from tests.app.results.page_voters import signed_in
from tests.cast import BENCHMARK, Cast, make_actor, make_submission
from tests.page_text import text_of

FORM = "/studies/new"


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


def fields(cast: Cast, **changes: object) -> dict[str, object]:
    ids = cast.submission_ids
    return {
        "benchmark": BENCHMARK,
        "title": "MotiF against two",
        "sides": [ids["motif"], ids["cinemo"], ids["dynamicrafter"]],
        "comparisons": "reference",
        "reference": ids["motif"],
        "votes_per_comparison": "5",
        "renditions": "letterbox",
        "require_justification": "yes",
    } | changes


def studies(cast: Cast) -> list[StudyRow]:
    with cast.context.database.read() as session:
        return list(session.scalars(select(StudyRow)))


def test_a_form_becomes_a_draft_that_can_be_opened(cast: Cast, alice: TestClient) -> None:
    answer = alice.post(FORM, data=fields(cast), follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/studies/motif-against-two/open")
    (study,) = studies(cast)
    assert (study.slug, study.title, study.status) == (
        "motif-against-two",
        "MotiF against two",
        StudyStatus.DRAFT,
    )
    assert (study.renditions, study.votes_per_comparison) == (RenditionRecipe.LETTERBOX, 5)
    assert study.require_justification
    assert alice.post("/studies/motif-against-two/open").status_code == 200
    assert studies(cast)[0].status is StudyStatus.OPEN


def test_a_round_robin_compares_each_model_with_each_other(cast: Cast, alice: TestClient) -> None:
    alice.post(FORM, data=fields(cast, comparisons="round_robin", reference=""))

    with cast.context.database.read() as session:
        assert len(list(session.scalars(select(Matchup)))) == 3


def test_the_form_offers_the_final_submissions_that_a_person_sees(cast: Cast, alice: TestClient) -> None:
    make_submission(cast.context, cast.alice, model="unfinished", shade=8, final=False)
    make_submission(cast.context, cast.bob, model="private-of-bob", shade=9)

    page = alice.get(f"{FORM}?benchmark={BENCHMARK}").text

    assert set(re.findall(r'name="sides"\s+value="([0-9a-f]{16})"', page)) == set(
        cast.submission_ids.values()
    )


def test_a_viewer_and_a_stranger_cannot_open_it(cast: Cast, client: TestClient) -> None:
    viewer = signed_in(cast.context, make_actor(cast.context, "victor", Role.VIEWER))

    assert viewer.get(FORM).status_code == 403
    assert viewer.post(FORM, data=fields(cast)).status_code == 403
    assert client.post(FORM, data=fields(cast)).status_code == 401
    assert f'href="{FORM}"' not in viewer.get("/").text
    assert studies(cast) == []


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"title": " "}, "title", "Give the study a name."),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"title": "…"}, "slug", "lower-case letters, digits"),
        ({"slug": "Not A Slug"}, "slug", "lower-case letters, digits"),
        ({"sides": []}, "sides", "Choose at least two models."),
        ({"sides": ["<b>", "zzz"]}, "sides", "Choose from the listed models."),
        ({"reference": ""}, "sides", "Choose the reference from the chosen models."),
        ({"votes_per_comparison": "4"}, "votes_per_comparison", "Use an odd number"),
        ({"votes_per_comparison": "five"}, "votes_per_comparison", "Use a whole number from 1 to 99."),
        ({"votes_per_comparison": "5.0"}, "votes_per_comparison", "Use a whole number from 1 to 99."),
        ({"comparisons_per_annotator": "0"}, "comparisons_per_annotator", "from 1 to 1,000,000."),
        ({"gold": "-1"}, "gold", "from 1 to 1,000."),
        ({"pay_per_hour": "a lot", "currency": "GBP"}, "pay_per_hour", "as an amount, such as 12.00."),
        ({"pay_per_hour": "-3", "currency": "GBP"}, "pay_per_hour", "as an amount, such as 12.00."),
        ({"currency": "GBP"}, "pay_per_hour", "as an amount, such as 12.00."),
        ({"pay_per_hour": "12", "currency": "pounds"}, "currency", "three letters, such as GBP."),
        ({"pay_per_hour": "12", "currency": "GBP", "fee_percent": "x"}, "fee_percent", "from 0 to 100"),
        ({"renditions": "sepia"}, "renditions", "Choose one of the options."),
        ({"comparisons": "some"}, "comparisons", "Choose one of the options."),
        (
            {"comparisons": "list", "matchup_list": "motif:motif"},
            "matchup_list",
            "Matchup 1: both sides are the same submission.",
        ),
        (
            {"comparisons": "list", "matchup_list": "motif:cinemo\ncinemo:motif"},
            "matchup_list",
            "Matchup 2: an earlier matchup compares the same two submissions.",
        ),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_lost(
    cast: Cast, alice: TestClient, change: dict[str, object], field: str, message: str
) -> None:
    answer = alice.post(FORM, data=fields(cast, instructions="Look twice.", **change))

    assert answer.status_code == 422
    assert message in text_of(answer.text)
    assert f'id="{field}-problem"' in answer.text
    assert "Look twice." in answer.text
    assert studies(cast) == []


def test_a_title_with_html_stays_text(cast: Cast, alice: TestClient) -> None:
    answer = alice.post(FORM, data=fields(cast, title="<script>alert(1)</script>", votes_per_comparison="2"))

    assert "<script>alert" not in answer.text


def test_a_used_slug_is_reported_at_its_field(cast: Cast, alice: TestClient) -> None:
    alice.post(FORM, data=fields(cast))

    answer = alice.post(FORM, data=fields(cast))

    assert answer.status_code == 409
    assert "Another study has this slug." in answer.text
    assert len(studies(cast)) == 1


def test_a_submission_of_somebody_else_is_refused(cast: Cast, alice: TestClient) -> None:
    foreign = make_submission(cast.context, cast.bob, model="private-of-bob", shade=9)

    answer = alice.post(FORM, data=fields(cast, sides=[cast.submission_ids["motif"], foreign]))

    assert answer.status_code == 422
    assert "there is no submission with this id" in answer.text
    assert studies(cast) == []


def test_the_estimate_counts_judgements_hours_and_people(cast: Cast, alice: TestClient) -> None:
    words = text_of(alice.post(f"{FORM}/estimate", data=fields(cast)).text)

    # 2 matchups x 6 pairs x 5 votes = 60 judgements of 25 s = 25 minutes.
    assert "Judgements 60 2 matchups, 12 comparisons, 5 votes for each" in words
    assert "Hours 0.4" in words
    assert "Annotators at least 5" in words
    # Six pairs are significant only if one side wins all of them: 0.8^(1/6) = 0.9635. At 0.05 / 2 no
    # result of six pairs is significant: 2 x 0.5^6 = 0.031.
    assert "Smallest detectable score 96.3 %" in words
    assert "none if corrected for 2 matchups" in words


def test_the_estimate_names_the_cost_with_gold_questions_and_fee(cast: Cast, alice: TestClient) -> None:
    pay = {"pay_per_hour": "12", "currency": "gbp", "fee_percent": "33"}

    words = text_of(alice.post(f"{FORM}/estimate", data=fields(cast, gold="2", **pay)).text)

    # 60 judgements, and 2 gold questions for each of 5 people: 70 x 25 s x 12 / 3600 x 1.33 = 7.758.
    assert "and 10 answers to gold questions" in words
    assert "Cost 7.76 GBP at 12.00 GBP an hour, with a fee of 33 %" in words


def test_the_estimate_counts_only_the_chosen_scenarios(cast: Cast, alice: TestClient) -> None:
    alice.post(FORM, data=fields(cast))
    with cast.context.database.write() as session:
        session.scalars(select(StudyRow)).one().allocation = {"scenarios": ["boat"]}

    shown = text_of(alice.get("/studies/motif-against-two/edit").text)
    asked = alice.post("/studies/motif-against-two/edit/estimate", data=fields(cast)).text
    copied = alice.post(f"{FORM}/estimate", data=fields(cast, copied="motif-against-two")).text

    # 2 matchups x 2 of the 6 pairs x 5 votes.
    for words in (shown, text_of(asked), text_of(copied)):
        assert "Judgements 20 2 matchups, 4 comparisons, 5 votes for each" in words


def test_the_pay_is_part_of_the_study_and_of_its_dashboard(cast: Cast, alice: TestClient) -> None:
    alice.post(FORM, data=fields(cast, pay_per_hour="12.5", currency="EUR"))

    study = alice.get("/api/v1/studies/motif-against-two").json()
    assert study["hourly_pay"] == {"per_hour": "12.5", "currency": "EUR", "fee_percent": "0"}
    assert 'value="12.50"' in alice.get("/studies/motif-against-two/edit").text
    alice.post("/studies/motif-against-two/open")
    # 60 votes x 25 s x 12.5 / 3600 = 5.208.
    dashboard = alice.get("/api/v1/studies/motif-against-two/dashboard").json()
    assert dashboard["cost"] == {"spent": "0.00", "total": "5.21", "currency": "EUR"}
    assert "about 0.00 EUR of 5.21 EUR" in text_of(alice.get("/studies/motif-against-two/dashboard").text)
    (protocol,) = alice.get("/api/v1/studies/motif-against-two/protocols").json()["protocols"]
    assert protocol["document"]["hourly_pay"]["currency"] == "EUR"


def test_a_limit_for_each_annotator_needs_more_people(cast: Cast, alice: TestClient) -> None:
    data = fields(cast, comparisons_per_annotator="3")

    assert "Annotators at least 20" in text_of(alice.post(f"{FORM}/estimate", data=data).text)


def test_the_estimate_of_an_incomplete_choice_says_what_is_missing(cast: Cast, alice: TestClient) -> None:
    for change in ({"sides": []}, {"votes_per_comparison": "x"}, {"reference": ""}):
        answer = alice.post(f"{FORM}/estimate", data=fields(cast, **change))
        assert answer.status_code == 200
        assert "Choose at least two models" in answer.text


def test_a_benchmark_without_submissions_says_how_to_get_some(cast: Cast) -> None:
    bob = signed_in(cast.context, cast.bob)

    assert f"/submissions/new?benchmark={BENCHMARK}" in bob.get(FORM).text


def test_a_slug_is_made_from_the_name() -> None:
    assert slug_of_title("MotiF against nine, 2nd panel!") == "motif-against-nine-2nd-panel"
    assert slug_of_title("a" * 63 + " b") == "a" * 63
    assert slug_of_title("…") == ""


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(InvalidFields) as raised:
        parse_study_form(StudyFields(votes_per_comparison="2", gold="many"))

    assert set(raised.value.fields) == {"title", "slug", "sides", "votes_per_comparison", "gold"}
