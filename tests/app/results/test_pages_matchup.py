"""The page of one matchup: its conclusion and the votes of every pair."""

import re
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from benchmark.protocol import Side
from tests.app.results.page_voters import PAGE, close, fill_panels, share, signed_in
from tests.cast import PAIR_IDS, Cast, Study

MATCHUP = "/studies/motif-study/results/1"


def test_each_matchup_of_the_figure_links_its_page(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    results = "/studies/motif-study/results"

    links = re.findall(r'<a href="(results/\d+)">', alice.get(results).text)

    assert len(links) == 2
    assert [alice.get(urljoin(results, link)).status_code for link in links] == [200, 200]


def test_every_pair_is_listed_with_its_votes_and_a_link_to_its_page(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.get(MATCHUP).text

    assert page.count("no vote") == 6
    for pair_id in PAIR_IDS:
        assert alice.get(f"/studies/motif-study/pairs/{pair_id}").status_code == 200
        assert f'href="/studies/motif-study/pairs/{pair_id}"' in page


def test_won_pairs_come_first_then_undecided_then_lost_pairs(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=2, opinion=lambda shown: Side.REFERENCE if shown.pair_id % 3 else Side.OTHER)

    page = signed_in(cast.context, cast.alice).get(MATCHUP).text

    majorities = re.findall(r"<td>(motif|cinemo|undecided|no vote)\s*<", page)
    assert majorities == ["motif"] * 4 + ["cinemo"] * 2
    assert "<b>2</b>/0" in page.replace("\n", "").replace(" ", "")


def test_an_open_study_concludes_nothing(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)

    assert (
        "Tests are computed when the study is closed."
        in signed_in(cast.context, cast.alice).get(MATCHUP).text
    )


def test_a_closed_study_says_what_it_shows(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=5)
    close(study, cast.alice)
    share(study, cast.alice, cast.charlie)

    assert "People preferred motif to cinemo" in signed_in(cast.context, cast.charlie).get(MATCHUP).text


def test_only_the_owner_sees_a_matchup_of_an_open_study(cast: Cast, study: Study, client: TestClient) -> None:
    assert signed_in(cast.context, cast.charlie).get(MATCHUP).status_code == 404
    assert client.get(MATCHUP, headers=PAGE).status_code == 401


@pytest.mark.parametrize(("number", "status"), [("3", 404), ("0", 422), ("x", 422), ("9" * 30, 422)])
def test_a_matchup_that_is_not_there(cast: Cast, study: Study, number: str, status: int) -> None:
    answer = signed_in(cast.context, cast.alice).get(f"/studies/motif-study/results/{number}")

    assert answer.status_code == status
    assert "<h1>" in answer.text
