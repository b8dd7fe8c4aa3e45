"""`ti2v score` on exported votes writes exactly the tables that the service exports."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.clock import utc_now
from app.tables.bench import Pair
from app.tables.studies import Comparison
from app.tables.voting import Vote, VoteEvent
from benchmark.cli.score import TABLES, score
from benchmark.protocol import Side, TableName, VoteStatus
from benchmark.scoring import COMPUTED
from tests.app.results.page_voters import annotator, close, signed_in, vote
from tests.cast import Cast, Study

EXPORTS = "/api/v1/studies/motif-study/exports"


@pytest.fixture
def short_study(cast: Cast) -> Study:
    """A closed study with unequal panels, an undone vote, an excluded vote, and pairs without votes."""
    study = cast.open_study()
    with cast.context.database.write() as session:
        for number, pair in enumerate(session.scalars(select(Pair).order_by(Pair.id))):
            # As if its benchmark named them from the start.
            pair.tags = {
                "style": ("clay", "flat")[number % 2],
                **({"hard_case": "new"} if number < 2 else {}),
            }
    for turns in (7, 6, 4, 3, 3, 2):
        browser = annotator(study)
        for turn in range(turns):
            token = vote(
                browser, study, lambda shown: Side.OTHER if shown.pair_id % 3 == 0 else Side.REFERENCE
            )
            if turn == 1:
                assert browser.post(f"/api/v1/assignments/{token}/undo").status_code == 200
    with cast.context.database.write() as session:
        first = session.scalars(select(Vote).order_by(Vote.id)).first()
        assert first is not None
        session.add(
            VoteEvent(vote_id=first.id, status=VoteStatus.EXCLUDED, reason="bot", actor="ada", at=utc_now())
        )
        recounted = first.comparison_id
    _recount(cast, recounted)
    close(study, cast.alice)
    return study


def _recount(cast: Cast, comparison_id: int) -> None:
    """Subtract the excluded vote from the counters of its comparison, as an exclusion does."""
    with cast.context.database.write() as session:
        comparison = session.get_one(Comparison, comparison_id)
        vote_row = session.scalars(select(Vote).order_by(Vote.id)).first()
        assert vote_row is not None
        side = vote_row.chosen_side
        for name in (f"votes_{side}", f"text_alignment_{side}", "slots_taken"):
            setattr(comparison, name, getattr(comparison, name) - 1)


def test_every_table_is_the_same_offline_byte_by_byte(cast: Cast, short_study: Study, tmp_path: Path) -> None:
    client = signed_in(cast.context, cast.alice)
    votes = tmp_path / "votes.csv"
    votes.write_bytes(client.get(f"{EXPORTS}/votes.csv").content)

    for table in TABLES:
        for file_format in ("csv", "markdown", "latex"):
            online = client.get(f"{EXPORTS}/{table}.{file_format}")
            offline = CliRunner().invoke(score, [str(votes), "--table", table, "--format", file_format])
            assert online.status_code == 200
            assert offline.exit_code == 0, offline.stderr
            assert offline.stdout_bytes == online.content, (table, file_format)
            assert b"nan" not in online.content.lower()


def test_there_is_something_in_each_table(cast: Cast, short_study: Study) -> None:
    client = signed_in(cast.context, cast.alice)
    tables = (*COMPUTED, TableName.VOTES)
    rows = {table: client.get(f"{EXPORTS}/{table}.json").json() for table in tables}

    assert all(rows.values())
    assert {row["division"] for row in rows[TableName.BREAKDOWNS]} == {
        "whole",
        "scenario",
        "style",
        "hard_case",
    }
    assert {row["cluster"] for row in rows[TableName.SENSITIVITY]} == {"image", "scenario", "annotator"}
    assert {row["style"] for row in rows[TableName.VOTES]} == {"clay", "flat"}


def test_an_open_study_exports_no_p_value(cast: Cast, study: Study) -> None:
    vote(annotator(study), study)
    client = signed_in(cast.context, cast.alice)

    for table in TableName:
        for row in client.get(f"{EXPORTS}/{table}.json").json():
            assert {row[column] for column in row if column.startswith("p_")} <= {None}
    results = client.get("/api/v1/studies/motif-study/results").json()
    assert {row["p_value"] for row in results["preferences"]} == {None}


def test_a_matchup_without_a_vote_has_a_row_in_the_service(cast: Cast, study: Study) -> None:
    results = signed_in(cast.context, cast.alice).get("/api/v1/studies/motif-study/results").json()

    assert [
        (row["matchup"], row["ti2v_score_reference"], row["pairs_undecided"])
        for row in results["preferences"]
    ] == [("motif:cinemo", None, 0), ("motif:dynamicrafter", None, 0)]
