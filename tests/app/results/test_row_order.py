"""The page, the exports and REST list the rows of the preferences table in the same order."""

import csv
import io

from sqlalchemy.orm import object_session

from app.tables.studies import Comparison, Matchup
from app.tables.voting import Assignment
from benchmark.protocol import Side
from tests.app.results.page_voters import close, fill_panels, signed_in
from tests.cast import Cast, Study

ADDRESS = "/api/v1/studies/motif-study"


def against_the_reference_at_first(assignment: Assignment) -> Side:
    """Let the reference lose its first matchup, so that matchups are not in the order of scores."""
    session = object_session(assignment)
    assert session is not None
    comparison = session.get_one(Comparison, assignment.comparison_id)
    first = session.get_one(Matchup, comparison.matchup_id).position == 0
    return Side.OTHER if first else Side.REFERENCE


def test_rest_and_exports_sort_by_score(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1, opinion=against_the_reference_at_first)
    close(study, cast.alice)
    alice = signed_in(cast.context, cast.alice)

    rows = alice.get(f"{ADDRESS}/results").json()["preferences"]
    exported = list(csv.DictReader(io.StringIO(alice.get(f"{ADDRESS}/exports/preferences.csv").text)))

    scores = [row["ti2v_score_reference"] for row in rows if row["other"]]
    assert scores[0] > scores[-1]
    assert scores == sorted(scores, reverse=True)
    assert [row["other"] or "" for row in rows] == [row["other"] for row in exported]
