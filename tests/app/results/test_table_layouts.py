"""Columns and model names in Markdown and LaTeX exports, over REST and with the page's link."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.tables.submissions import VideoModel
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import Cast, Study

EXPORT = "/api/v1/studies/motif-study/exports/preferences"


def reader(cast: Cast, study: Study) -> TestClient:
    fill_panels(study, people=1)
    with cast.context.database.write() as session:
        for model in session.scalars(select(VideoModel)):
            model.name = f"{model.name}_v1"
    return signed_in(cast.context, cast.alice)


def test_columns_come_in_the_chosen_order(cast: Cast, study: Study) -> None:
    answer = reader(cast, study).get(f"{EXPORT}.markdown?columns=votes,other")

    assert answer.text.startswith("| Votes | Other |")


def test_an_unknown_column_is_refused(cast: Cast, study: Study) -> None:
    answer = reader(cast, study).get(f"{EXPORT}.latex?columns=score", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["error"] == "unknown_column"
    assert "ti2v_score" in answer.json()["message"]


def test_models_have_their_display_names_in_printed_tables_alone(cast: Cast, study: Study) -> None:
    alice = reader(cast, study)

    assert r"motif\_v1 vs." in alice.get(f"{EXPORT}.latex?names=models").text
    assert "motif vs." in alice.get(f"{EXPORT}.latex").text
    assert "motif_v1" not in alice.get(f"{EXPORT}.csv").text


def test_the_page_offers_latex_with_display_names(cast: Cast, study: Study) -> None:
    alice = reader(cast, study)

    assert "/exports/preferences.latex?names=models" in alice.get("/studies/motif-study/results").text


@pytest.mark.parametrize("query", ["csv?columns=other", "json?names=models", "parquet?columns=all"])
def test_a_layout_for_a_format_without_one_is_refused(cast: Cast, study: Study, query: str) -> None:
    answer = reader(cast, study).get(f"{EXPORT}.{query}", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["error"]) == (422, "unused_layout")


def test_votes_have_the_chosen_columns_too(cast: Cast, study: Study) -> None:
    votes = EXPORT.replace("preferences", "votes")

    text = reader(cast, study).get(f"{votes}.markdown?columns=pair,chosen").text

    assert text.splitlines()[0].count("|") == 3
