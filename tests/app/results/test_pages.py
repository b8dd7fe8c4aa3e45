"""The results page: permissions, and contents without votes, with one vote and with all votes."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.submissions.withdrawal import withdraw
from app.tables.submissions import Submission
from benchmark.protocol import Side
from tests.app.results.page_voters import PAGE, annotator, close, fill_panels, share, signed_in, vote
from tests.cast import Cast, Study
from tests.page_text import text_of

RESULTS = "/studies/motif-study/results"


def test_a_stranger_is_asked_to_sign_in(study: Study, client: TestClient) -> None:
    answer = client.get(RESULTS, headers=PAGE)

    assert answer.status_code == 401
    assert "Sign in to see this page." in answer.text


def test_an_annotator_sees_no_results(study: Study) -> None:
    answer = annotator(study).get(RESULTS, headers=PAGE)

    assert answer.status_code == 401


def test_an_open_study_does_not_exist_for_charlie(cast: Cast, study: Study) -> None:
    assert signed_in(cast.context, cast.charlie).get(RESULTS).status_code == 404


def test_a_closed_study_is_there_for_those_it_is_shared_with(cast: Cast, study: Study) -> None:
    close(study, cast.alice)
    share(study, cast.alice, cast.charlie)

    assert signed_in(cast.context, cast.charlie).get(RESULTS).status_code == 200
    assert signed_in(cast.context, cast.bob).get(RESULTS).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"), [("/studies/nothing/results", 404), ("/studies/NO%00/results", 422)]
)
def test_a_wrong_address_is_a_clean_page(cast: Cast, address: str, status: int) -> None:
    answer = signed_in(cast.context, cast.alice).get(address)

    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_without_a_vote_the_page_says_so_and_claims_nothing(cast: Cast, study: Study) -> None:
    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    assert "No votes yet; 60 are needed." in words
    assert "No decided pairs yet." in words
    assert "No comparison has two votes" in words
    assert "nan" not in words.lower()


def test_one_vote_is_counted_and_nothing_is_concluded(cast: Cast, study: Study) -> None:
    vote(annotator(study), study)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    assert "So far 1 of 60 votes are in." in words
    assert "Interim. The study is open" in words
    assert "1 pair decided, 5 without a vote" in words
    assert "preferred" not in words.split("Which clip")[0]
    assert "nan" not in words.lower()


def test_a_heat_map_without_a_number_is_a_list_of_its_scenarios(cast: Cast, study: Study) -> None:
    fill_panels(study, people=5)

    page = signed_in(cast.context, cast.alice).get(RESULTS).text

    assert "No scenario has 5 decided pairs of one matchup, so there is no heat map yet." in text_of(page)
    assert 'class="heat ' not in page
    assert 'href="scenarios/kite"' in page


def test_an_open_study_shows_no_p_values(cast: Cast, study: Study) -> None:
    fill_panels(study, people=5)

    page = signed_in(cast.context, cast.alice).get(RESULTS).text

    assert "(Holm)" not in page.split("<tbody>")[0].split("<thead>")[1]


def test_a_closed_study_says_what_its_votes_show(cast: Cast, study: Study) -> None:
    fill_panels(study, people=10)
    close(study, cast.alice)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    # 6 of 6 pairs in both matchups: p = 2 / 2^6 = 0.03125, doubled by Holm, so no result is significant.
    assert "No difference was shown between motif and any of 2 others." in words
    assert "p ≥ 0.05" in words
    assert "0.062" in words
    assert "100.0 /0.0" in words.replace("100.0/ 0.0", "100.0 /0.0")


def test_one_matchup_that_everybody_agrees_on_is_a_preference(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=5)
    close(study, cast.alice)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    # 6 of 6 pairs and one test: p = 0.03125.
    assert "People preferred motif to cinemo." in words
    assert "p < 0.05" in words
    assert "[61.0, 100.0]" in words  # Wilson, 6 of 6


def test_skips_annotators_and_times_are_shown_next_to_the_scores(cast: Cast, study: Study) -> None:
    browser = annotator(study)
    token = browser.post(f"/api/v1/studies/{study.slug}/assignments").json()["token"]
    browser.post(f"/api/v1/assignments/{token}/skip", json={"reason": "clip_does_not_play"})
    vote(browser, study, lambda assignment: assignment.left_side)
    vote(browser, study, lambda assignment: assignment.left_side)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    assert "Skips 1 1 a clip did not play" in words
    assert "Annotators 1 about 2 votes each" in words
    assert "Side A chosen 100.0 % [34.2, 100.0]" in words  # Wilson, 2 of 2


def test_a_withdrawn_submission_closes_its_matchup_and_is_marked(cast: Cast, study: Study) -> None:
    vote(annotator(study), study)
    with cast.context.database.write() as session:
        row = session.scalars(
            select(Submission).where(Submission.public_id == cast.submission_ids["cinemo"])
        ).one()
        withdraw(session, submission=row, reason="wrong seed", principal=cast.alice.principal)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    assert "cinemo closed early" in words
    assert "a submission was withdrawn: wrong seed" in words


def test_a_loss_in_every_matchup_is_stated_clearly(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=5, opinion=lambda _assignment: Side.OTHER)
    close(study, cast.alice)

    words = text_of(signed_in(cast.context, cast.alice).get(RESULTS).text)

    assert "People preferred cinemo to motif." in words
