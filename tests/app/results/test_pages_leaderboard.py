"""The leaderboard page, which exists for every kind of matchups."""

from fastapi.testclient import TestClient

from benchmark.protocol import Side
from tests.app.results.page_voters import PAGE, close, fill_panels, signed_in
from tests.app.results.test_pages import RESULTS
from tests.cast import Cast, Study
from tests.page_text import text_of

LEADERBOARD = "/studies/motif-study/leaderboard"


def test_the_results_page_links_the_leaderboard(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)

    page = signed_in(cast.context, cast.alice).get(RESULTS).text

    assert f'href="{LEADERBOARD}"' in page


def test_models_are_ordered_by_strength_even_with_a_single_reference(cast: Cast, study: Study) -> None:
    # MotiF wins two of three pairs; without a loss, no strength would be finite.
    fill_panels(
        study, people=5, opinion=lambda shown: Side.OTHER if shown.pair_id % 3 == 0 else Side.REFERENCE
    )
    close(study, cast.alice)

    page = text_of(signed_in(cast.context, cast.alice).get(LEADERBOARD).text)

    assert page.index("Possible ranks") < page.index("motif 1 ") < page.index("Bradley-Terry log-odds")
    assert "Interim" not in page


def test_a_running_study_says_so_and_draws_no_conclusion(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)

    page = text_of(signed_in(cast.context, cast.alice).get(LEADERBOARD).text)

    assert "Interim." in page
    assert "is first" not in page


def test_before_the_first_vote_it_says_so(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.alice).get(LEADERBOARD)

    assert page.status_code == 200
    assert "No votes yet." in page.text


def test_a_stranger_sees_no_running_study(cast: Cast, study: Study, client: TestClient) -> None:
    assert signed_in(cast.context, cast.charlie).get(LEADERBOARD).status_code == 404
    assert client.get(LEADERBOARD, headers=PAGE).status_code == 401
