"""Download of figures: every format for readers of the results, 404 for everybody else."""

import csv
import io
import re

import pytest
from fastapi.testclient import TestClient

from app.results.figures.study import MAX_CONCURRENT, drawing
from benchmark.exports.figures.kinds import MEDIA_TYPES, FigureFormat, FigureName
from tests.app.results.page_voters import close, fill_panels, share, signed_in
from tests.cast import PAIR_IDS, Cast, Study

FIGURES = "/api/v1/studies/motif-study/figures"
STRIP = f"/studies/motif-study/pairs/{PAIR_IDS[0]}/strip"


@pytest.mark.parametrize("name", ["preferences", "scenarios"])
@pytest.mark.parametrize("file_format", FigureFormat)
def test_every_figure_comes_in_every_form(
    cast: Cast, study: Study, client: TestClient, name: str, file_format: FigureFormat
) -> None:
    fill_panels(study, people=1)

    answer = client.get(f"{FIGURES}/{name}.{file_format}", headers=cast.alice.headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[file_format]
    assert f'filename="motif-study-{name}.{file_format}"' in answer.headers["content-disposition"]


def test_a_script_and_a_browser_get_the_same_file(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)

    over_rest = client.get(f"{FIGURES}/preferences.svg", headers=cast.alice.headers)
    in_a_browser = signed_in(cast.context, cast.alice).get("/studies/motif-study/figures/preferences.svg")

    assert over_rest.content == in_a_browser.content


def test_a_running_studys_figure_is_marked_interim_and_a_closed_ones_is_not(
    cast: Cast, study: Study, client: TestClient
) -> None:
    fill_panels(study, people=1)
    running = client.get(f"{FIGURES}/preferences.svg", headers=cast.alice.headers).text
    close(study, cast.alice)

    closed = client.get(f"{FIGURES}/preferences.svg", headers=cast.alice.headers).text

    assert ">Interim:<" in running
    assert ">Interim:<" not in closed


@pytest.mark.parametrize("path", [f"{FIGURES}/preferences.svg", f"/api/v1{STRIP}.svg", f"{STRIP}.csv"])
def test_a_stranger_gets_404_until_the_study_is_shared(
    cast: Cast, study: Study, client: TestClient, path: str
) -> None:
    fill_panels(study, people=1)
    assert client.get(path, headers=cast.charlie.headers).status_code == 404
    assert client.get(path).status_code == 401
    close(study, cast.alice)
    assert client.get(path, headers=cast.charlie.headers).status_code == 404
    share(study, cast.alice, cast.charlie, submissions=cast.submission_ids.values())

    assert client.get(path, headers=cast.charlie.headers).status_code == 200


@pytest.mark.parametrize("file", ["nonsense.svg", "preferences.gif", "preferences"])
def test_an_unknown_figure_or_form_is_refused(
    cast: Cast, study: Study, client: TestClient, file: str
) -> None:
    assert client.get(f"{FIGURES}/{file}", headers=cast.alice.headers).status_code in (404, 422)


@pytest.mark.parametrize("name", FigureName)
def test_a_study_without_votes_has_no_figure(
    cast: Cast, study: Study, client: TestClient, name: FigureName
) -> None:
    answer = client.get(f"{FIGURES}/{name}.pdf", headers=cast.alice.headers)

    assert (answer.status_code, answer.json()["error"]) == (409, "cannot_draw")


def test_models_go_by_their_names(cast: Cast, study: Study, client: TestClient) -> None:
    client.put("/api/v1/models/cinemo", json={"name": "Cinemo & <friends>"}, headers=cast.alice.headers)
    fill_panels(study, people=1)

    svg = client.get(f"{FIGURES}/preferences.svg", headers=cast.alice.headers).text
    rows = client.get(f"{FIGURES}/preferences.csv", headers=cast.alice.headers).text

    assert "Cinemo &amp;" in svg
    assert {row["row"] for row in csv.DictReader(io.StringIO(rows))} >= {"Cinemo & <friends>", "Average"}


def test_a_figure_beyond_the_limit_of_concurrent_drawings_is_503(
    cast: Cast, study: Study, client: TestClient
) -> None:
    fill_panels(study, people=1)
    taken = [drawing() for _ in range(MAX_CONCURRENT)]
    for slot in taken:
        slot.__enter__()
    try:
        answer = client.get(f"{FIGURES}/preferences.csv", headers=cast.alice.headers)
    finally:
        for slot in taken:
            slot.__exit__(None, None, None)

    assert answer.status_code == 503
    assert client.get(f"{FIGURES}/preferences.csv", headers=cast.alice.headers).status_code == 200


@pytest.mark.parametrize("file_format", FigureFormat)
def test_strips_show_every_model_of_the_study(
    cast: Cast, study: Study, client: TestClient, file_format: FigureFormat
) -> None:
    answer = client.get(f"/api/v1{STRIP}.{file_format}", headers=cast.alice.headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[file_format]


def test_a_strip_names_the_reference_first_and_the_frames_it_shows(
    cast: Cast, study: Study, client: TestClient
) -> None:
    text = client.get(f"{STRIP}.csv?frames=3", headers=cast.alice.headers).text

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["model"] for row in rows[::3]] == ["motif", "cinemo", "dynamicrafter"]
    assert [row["frame"] for row in rows[:3]] == ["1", "5", "8"]


@pytest.mark.parametrize("frames", ["1", "13", "many"])
def test_a_number_of_frames_that_does_not_fit_is_refused(
    cast: Cast, study: Study, client: TestClient, frames: str
) -> None:
    answer = client.get(f"/api/v1{STRIP}.svg", params={"frames": frames}, headers=cast.alice.headers)

    assert answer.status_code == 422


def test_a_pair_the_benchmark_does_not_have_is_not_found(
    cast: Cast, study: Study, client: TestClient
) -> None:
    answer = client.get("/studies/motif-study/pairs/nowhere/strip.svg", headers=cast.alice.headers)

    assert answer.status_code == 404


def test_a_lost_clip_is_reported_in_a_sentence(cast: Cast, study: Study, client: TestClient) -> None:
    for file in (cast.context.settings.home / "media" / "clips").rglob("*"):
        if file.is_file():
            file.unlink()

    answer = client.get(f"/api/v1{STRIP}.svg", headers=cast.alice.headers)

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


def test_the_page_offers_each_figure_in_each_form(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)
    alice = signed_in(cast.context, cast.alice)

    links = re.findall(r'href="([^"]*/figures/[^"]+)"', alice.get("/studies/motif-study/results").text)

    assert [link.rpartition("/")[2] for link in links] == [f"preferences.{form}" for form in FigureFormat]
    # No scenario here has enough pairs for the heat map on the page; its file has dashes.
    heat_maps = [link.replace("preferences", "scenarios") for link in links]
    assert {alice.get(link).status_code for link in links + heat_maps} == {200}


def test_the_page_of_a_study_without_votes_offers_none(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.alice).get("/studies/motif-study/results").text

    assert "/figures/" not in page


@pytest.mark.parametrize("file_format", FigureFormat)
def test_the_scenarios_of_a_benchmark_come_in_every_form(
    cast: Cast, client: TestClient, file_format: FigureFormat
) -> None:
    answer = client.get(f"/api/v1/benchmarks/tiny/scenarios.{file_format}", headers=cast.bob.headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[file_format]


def test_the_scenarios_are_for_signed_in_people_and_of_known_benchmarks(
    cast: Cast, client: TestClient
) -> None:
    assert client.get("/api/v1/benchmarks/tiny/scenarios.svg").status_code == 401
    known = client.get("/api/v1/benchmarks/nowhere/scenarios.svg", headers=cast.bob.headers)
    assert known.status_code == 404
