"""The list of a matchup's pairs: filters and pages."""

import re

import pytest
from fastapi.testclient import TestClient

from app.results.views import matchup
from benchmark.protocol import Side
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import Cast

MATCHUP = "/studies/motif-study/results/1"


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    """Return a client for a study with six pairs, of which the reference won four and lost two."""
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=2, opinion=lambda shown: Side.REFERENCE if shown.pair_id % 3 else Side.OTHER)
    return signed_in(cast.context, cast.alice)


def majorities(page: str) -> list[str]:
    return re.findall(r"<td>(motif|cinemo|undecided|no vote)\s*<", page)


def test_the_filter_shows_the_pairs_of_one_result(alice: TestClient) -> None:
    page = alice.get(f"{MATCHUP}?result=lost&scenario=").text

    assert majorities(page) == ["cinemo"] * 2
    assert "2 of 6 pairs" in page
    assert "Show all" in page


def test_results_that_do_not_occur_are_no_options(alice: TestClient) -> None:
    page = alice.get(MATCHUP).text

    assert 'value="won"' in page
    assert 'value="no_vote"' not in page


def test_scenarios_filter_too(alice: TestClient) -> None:
    page = alice.get(MATCHUP).text
    scenarios = re.findall(r'<option value="([a-z][^"]*)"', page.split('id="result"')[0])

    counts = [len(majorities(alice.get(f"{MATCHUP}?scenario={each}").text)) for each in scenarios]

    assert len(scenarios) > 1
    assert sum(counts) == 6
    assert all(counts)


def test_long_lists_have_pages_that_keep_the_filter(
    alice: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matchup, "PAIRS_PER_PAGE", 3)

    links = re.findall(r'href="([^"]*page=2[^"]*)"', alice.get(f"{MATCHUP}?result=won").text)

    assert links == ["/studies/motif-study/results/1?result=won&amp;page=2#pairs"]
    assert majorities(alice.get(f"{MATCHUP}?result=won&page=2").text) == ["motif"]
    assert majorities(alice.get(f"{MATCHUP}?result=won&page=99").text) == ["motif"]  # the last page
    assert majorities(alice.get(f"{MATCHUP}?result=won").text) == ["motif"] * 3


@pytest.mark.parametrize("query", ["page=0", "page=x", "result=best"])
def test_a_wrong_query_gets_an_error_page(alice: TestClient, query: str) -> None:
    answer = alice.get(f"{MATCHUP}?{query}")

    assert answer.status_code == 422
    assert "<h1>" in answer.text
