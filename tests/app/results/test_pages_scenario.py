"""The page of one scenario: the results of every matchup on the scenario's pairs."""

import re
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from benchmark.protocol import Side
from tests.app.results.page_voters import PAGE, annotator, close, fill_panels, signed_in, vote
from tests.app.results.test_pages import RESULTS
from tests.cast import Cast, Study
from tests.page_text import text_of

KITES = "/studies/motif-study/scenarios/kite"


def test_the_results_page_links_every_scenario(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)
    alice = signed_in(cast.context, cast.alice)

    paths = re.findall(r'href="(scenarios/[^"]+)"', alice.get(RESULTS).text)
    links = {urljoin(RESULTS, path) for path in paths}

    assert links == {KITES, "/studies/motif-study/scenarios/boat"}
    assert [alice.get(link).status_code for link in sorted(links)] == [200, 200]


def test_only_the_pairs_of_the_scenario_count(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    # Pairs 1 to 4 are kites, 5 and 6 boats: MotiF wins the kites and loses the boats.
    fill_panels(study, people=1, opinion=lambda shown: Side.REFERENCE if shown.pair_id <= 4 else Side.OTHER)
    alice = signed_in(cast.context, cast.alice)

    kites = text_of(alice.get(KITES).text)
    boats = text_of(alice.get("/studies/motif-study/scenarios/boat").text)

    assert "4 pairs on 2 images." in kites
    assert "motif 100.0, cinemo 0.0 percent" in alice.get(KITES).text
    # Wilson, 4 of 4 and 0 of 2.
    assert "Against cinemo, motif won 100.0 % of 4 decided pairs (95 % interval 51.0 to 100.0 %)." in kites
    assert "motif won 0.0 % of 2 decided pairs (95 % interval 0.0 to 65.8 %): Boat alone shows no" in boats


def test_every_pair_of_the_scenario_is_listed_with_its_votes_and_a_link(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)
    page = signed_in(cast.context, cast.alice).get(KITES).text

    assert len(re.findall(r'<a href="/studies/motif-study/pairs/kite', page)) == 4
    assert text_of(page).count("cinemo 1 /0 motif") == 4


def test_a_scenario_carries_no_p_value_even_when_closed(cast: Cast, study: Study) -> None:
    fill_panels(study, people=5)
    close(study, cast.alice)

    words = text_of(signed_in(cast.context, cast.charlie).get(KITES).text)

    assert "p =" not in words
    assert "p <" not in words
    assert "Interim" not in words


def test_an_open_study_is_marked_interim(cast: Cast, study: Study) -> None:
    words = text_of(signed_in(cast.context, cast.alice).get(KITES).text)

    assert "Interim." in words
    assert "No decided pairs yet." in words
    assert "nan" not in words.lower()


def test_uneven_panels_are_warned_of(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)
    fill_panels(study, people=1, opinion=lambda _shown: Side.OTHER)
    signed = signed_in(cast.context, cast.alice)
    assert "Unequal panel sizes." not in signed.get(KITES).text

    vote(annotator(study), study)

    assert "Unequal panel sizes." in signed.get(RESULTS).text
    assert "Unequal panel sizes." in signed.get("/studies/motif-study/results/1").text


def test_only_the_owner_sees_a_scenario_of_an_open_study(
    cast: Cast, study: Study, client: TestClient
) -> None:
    assert signed_in(cast.context, cast.charlie).get(KITES).status_code == 404
    assert client.get(KITES, headers=PAGE).status_code == 401


@pytest.mark.parametrize(("scenario", "status"), [("golf", 404), ("%00", 422), ("x" * 200, 422)])
def test_a_scenario_that_is_not_there(cast: Cast, study: Study, scenario: str, status: int) -> None:
    answer = signed_in(cast.context, cast.alice).get(f"/studies/motif-study/scenarios/{scenario}")

    assert answer.status_code == status
    assert "<h1>" in answer.text
