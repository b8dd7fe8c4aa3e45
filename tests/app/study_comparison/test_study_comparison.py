"""Comparison of two studies, on a page and over REST: the numbers equal the numbers of the results pages."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.main import API
from app.media.sandbox import Sandbox
from benchmark.protocol import Side
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import close, fill_panels, share, signed_in
from tests.cast import PAIR_IDS, Cast, Study
from tests.conftest import open_with_sandbox, settings_for

FIRST, SECOND = "first-lab", "second-lab"


@pytest.fixture(scope="module")
def cast(
    stage: tuple[Path, Cast], sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(stage[0], home, dirs_exist_ok=True)
    with open_with_sandbox(settings_for(home), sandbox) as context:
        yield replace(stage[1], context=context)


@pytest.fixture(scope="module")
def studies(cast: Cast) -> tuple[Study, Study]:
    """Two closed studies of motif and cinemo, in which the second has cinemo as the reference."""
    first = cast.open_study(FIRST, votes_per_comparison=1)
    fill_panels(first, people=2, opinion=lambda shown: list(Side)[shown.pair_id % 6 == 0])
    second = cast.open_study(
        SECOND, reference=cast.submission_ids["cinemo"], others=["motif"], votes_per_comparison=1
    )
    fill_panels(second, people=1, opinion=lambda shown: list(Side)[shown.pair_id % 2])
    for each in (first, second):
        close(each, cast.alice)
    return first, second


def test_the_comparison_has_the_numbers_of_both_results(cast: Cast, studies: tuple[Study, Study]) -> None:
    alice = client_of(cast.context, cast.alice)

    answer = alice.get(f"{API}/studies/{FIRST}/compare/{SECOND}").json()

    (row,) = answer["matchups"]
    assert (row["reference"], row["other"], row["same_clips"]) == ("motif", "cinemo", True)
    preferences = {
        slug: alice.get(f"{API}/studies/{slug}/results").json()["preferences"] for slug in (FIRST, SECOND)
    }
    of_first = next(each for each in preferences[FIRST] if each["matchup"] == "motif:cinemo")
    assert (row["first_score"], row["first_low"]) == (of_first["ti2v_score_reference"], of_first["ci_low"])
    # The second study's reference is cinemo, so motif has the score of the other side.
    assert row["second_score"] == preferences[SECOND][0]["ti2v_score_other"] == 50.0
    assert (row["pairs"], row["only_first"], row["both"]) == (len(PAIR_IDS), 2, 3)
    assert (row["p_value"], row["agreement"]) == (0.5, 66.7)
    assert [each["model"] for each in answer["models"]] == ["motif", "cinemo"]

    table = alice.get(f"{API}/studies/{FIRST}/compare/{SECOND}/matchups.csv").text
    (line,) = csv.DictReader(table.splitlines())
    assert (line["first"], line["second"], line["difference"]) == (FIRST, SECOND, str(row["difference"]))


def test_the_page_shows_only_studies_that_the_person_sees(cast: Cast, studies: tuple[Study, Study]) -> None:
    owner, stranger = signed_in(cast.context, cast.alice), signed_in(cast.context, cast.charlie)
    page = owner.get(f"/compare?first={FIRST}&second={SECOND}")
    assert "motif / cinemo" in page.text
    assert "McNemar" in page.text
    assert f'value="{FIRST}"' in owner.get("/compare").text

    share(studies[0], cast.alice, cast.charlie)
    assert f'value="{FIRST}"' in stranger.get("/compare").text
    assert f'value="{SECOND}"' not in stranger.get("/compare").text
    address = f"{API}/studies/{FIRST}/compare/{SECOND}"
    for path in (f"/compare?first={FIRST}&second={SECOND}", address, f"{address}/matchups.csv"):
        assert stranger.get(path).status_code == 404


def test_interim_results_have_no_p_values(cast: Cast, studies: tuple[Study, Study]) -> None:
    alice = client_of(cast.context, cast.alice)
    running = cast.open_study("running", others=["cinemo"], votes_per_comparison=1)
    fill_panels(running, people=1)

    answer = alice.get(f"{API}/studies/{FIRST}/compare/running").json()

    assert answer["interim"]
    assert [row["p_value"] for row in answer["matchups"]] == [None]
    assert "Interim." in alice.get(f"/compare?first={FIRST}&second=running").text


def test_one_study_twice_or_an_unknown_study_is_refused(cast: Cast, studies: tuple[Study, Study]) -> None:
    alice = client_of(cast.context, cast.alice)
    refused(alice.get(f"{API}/studies/{FIRST}/compare/{FIRST}"), 422, "invalid")
    refused(alice.get(f"{API}/studies/{FIRST}/compare/nothing"), 404, "not_found")
    page = alice.get(f"/compare?first={FIRST}&second={FIRST}")
    assert (page.status_code, "Choose two different studies." in page.text) == (422, True)
