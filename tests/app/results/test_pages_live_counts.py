"""Cached counts equal the counts of a complete recount after every kind of change to votes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.results.live.cache import _StudyReader, live_counts
from app.results.live.tallies import LiveCounts
from app.results.live.vote_rows import counted_votes
from app.settings import Settings
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote, VoteEvent
from benchmark.protocol import VoteStatus
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from tests.app.results.page_voters import annotator, vote
from tests.cast import Study, set_the_stage
from tests.conftest import settings_for
from tests.postgres import Postgres


def read_kept(context: AppContext) -> LiveCounts:
    with context.database.read() as session:
        return live_counts(session, session.scalars(select(StudyRow)).one())


def assert_like_new(context: AppContext) -> LiveCounts:
    kept = read_kept(context)
    with context.database.read() as session:
        study = session.scalars(select(StudyRow)).one()
        from_table = counted_votes(session, study)
        anew = _StudyReader(study.id).read(session, study)
    if from_table is not None and len(from_table):
        rows = preferences(kept.counted.tallies, kept.counted.matchups)
        assert [row for row in rows if row.votes] == preferences(
            Tallies.from_votes(from_table), from_table.matchups
        )
    for column in vars(anew.votes):
        np.testing.assert_array_equal(getattr(kept.votes, column), getattr(anew.votes, column))
    assert kept.left_out == anew.left_out
    return kept


def test_votes_undo_and_exclusion_show_at_once(either_installation: AppContext) -> None:
    study: Study = set_the_stage(either_installation).open_study()
    assert_like_new(either_installation)
    browser = annotator(study)

    first = vote(browser, study)
    assert len(assert_like_new(either_installation).votes.id) == 1
    second = vote(browser, study)
    assert len(assert_like_new(either_installation).votes.id) == 2

    assert browser.post(f"/api/v1/assignments/{second}/undo").status_code == 200
    undone = assert_like_new(either_installation)
    assert undone.votes.is_valid.tolist() == [True, False]
    assert undone.left_out == {VoteStatus.SUPERSEDED: 1}
    assert first != second


def test_a_vote_that_became_visible_late_is_not_missed(
    postgres: Postgres, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> None:
    """On PostgreSQL, a vote with a smaller id can be committed after a vote with a larger id."""
    context = open_one(settings_for(tmp_path, database_url=postgres.fresh()))
    study = set_the_stage(context).open_study()
    browser = annotator(study)
    vote(browser, study)
    vote(browser, study)
    with context.database.read() as session:
        row = session.scalars(select(StudyRow)).one()
        reader = _StudyReader(row.id)
        reader.read(session, row)
        # The state that the reader has if the first vote is not visible yet.
        reader._votes = reader._votes[:, 1:]

        assert len(reader.read(session, row).votes.id) == 2


def test_events_of_other_studies_change_nothing(context: AppContext) -> None:
    cast = set_the_stage(context)
    study, other = cast.open_study(), cast.open_study("another")
    vote(annotator(study), study)
    vote(annotator(other), other)
    with context.database.write() as session:
        foreign = session.scalars(select(Vote).order_by(Vote.id.desc())).first()
        assert foreign is not None
        session.add(
            VoteEvent(vote_id=foreign.id, status=VoteStatus.EXCLUDED, reason="bot", actor="ada", at=utc_now())
        )

    with context.database.read() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        assert live_counts(session, row).left_out == {}
