"""10,000 votes of an older release survive an upgrade to the newest schema, a downgrade and an upgrade."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import migrations
from app.database import Database
from app.panels.protocol import freeze_protocol, newest_protocol
from app.results.live.recount import recount
from app.results.live.vote_rows import vote_rows
from app.tables.people import Annotator
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip
from app.tables.voting import Assignment
from benchmark.protocol import AnnotatorKind, AssignmentPurpose, StudyKind, VoteStatus
from tests.app import old_votes
from tests.postgres import Postgres


def fill(database: Database, schema: str) -> list[tuple[object, ...]]:
    """Create the tables of an old schema, and fill the tables; return the votes."""
    migrations.upgrade(database, schema)
    with database.write_lock(), database.engine.begin() as connection:
        old_votes.fill(connection)
        return old_votes.stored_votes(connection)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp("old-votes")
    url = f"sqlite:///{home / 'old.sqlite3'}"
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.empty()
    database = Database(url, home=home)
    before = fill(database, old_votes.SCHEMA)
    migrations.upgrade(database)
    migrations.downgrade(database, old_votes.SCHEMA)
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        after = old_votes.stored_votes(connection)
    assert len(before) == old_votes.VOTES + old_votes.IMPORTED_VOTES
    assert after == before
    yield database
    database.close()


def test_old_votes_count_as_before(upgraded: Database) -> None:
    with upgraded.read() as session:
        study, imported = session.scalars(select(Study).order_by(Study.id))
        statuses = [Counter(row.status for row in vote_rows(session, each)) for each in (study, imported)]
        problems = recount(session, study) + recount(session, imported)

    gold = old_votes.ANNOTATORS
    assert statuses[0] == {VoteStatus.VALID: old_votes.VOTES - gold, VoteStatus.GOLD: gold}
    assert statuses[1] == {VoteStatus.IMPORTED: old_votes.IMPORTED_VOTES}
    assert problems == []


def test_votes_of_the_first_schema_count(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'first.sqlite3'}", home=tmp_path)
    before = fill(database, old_votes.FIRST_SCHEMA)

    migrations.upgrade(database)

    with database.engine.connect() as connection:
        assert old_votes.stored_votes(connection) == before
    with database.read() as session:
        study, imported = session.scalars(select(Study).order_by(Study.id))
        statuses = [Counter(row.status for row in vote_rows(session, each)) for each in (study, imported)]
        assert recount(session, study) + recount(session, imported) == []
    database.close()
    assert statuses == [
        {VoteStatus.VALID: old_votes.VOTES},
        {VoteStatus.IMPORTED: old_votes.IMPORTED_VOTES},
    ]


def test_kinds_and_purposes_are_read_from_old_votes(upgraded: Database) -> None:
    with upgraded.read() as session:
        study, imported = session.scalars(select(Study).order_by(Study.id))
        annotators = Counter(session.execute(select(Annotator.study_id, Annotator.kind)).all())
        purposes = Counter(session.execute(select(Assignment.purpose, Assignment.takes_slot)).all())

    assert (study.kind, imported.kind) == (StudyKind.HUMAN, StudyKind.IMPORTED)
    assert annotators == {
        (study.id, AnnotatorKind.PARTICIPANT): old_votes.ANNOTATORS,
        (imported.id, AnnotatorKind.IMPORTED): old_votes.IMPORTED_VOTES,
    }
    counted = old_votes.VOTES - old_votes.ANNOTATORS + old_votes.IMPORTED_VOTES
    assert purposes == {
        (AssignmentPurpose.VOTE, True): counted,
        (AssignmentPurpose.GOLD, False): old_votes.ANNOTATORS,
    }


def test_clips_and_sides_get_the_seed_of_their_jobs(upgraded: Database) -> None:
    with upgraded.read() as session:
        clips = Counter(session.execute(select(Clip.submission_id, Clip.seed)).all())
        sides = session.execute(
            select(Matchup.reference_seed, Matchup.other_seed).where(Matchup.study_id == old_votes.STUDY)
        )
        seeds = [tuple(row) for row in sides]

    seed, pairs = old_votes.SEED_OF_OTHER, old_votes.COMPARISONS
    assert clips == {(old_votes.REFERENCE, 0): pairs, (old_votes.OTHER, seed): pairs}
    # The gold matchup has the two submissions the other way round.
    assert seeds == [(0, seed), (seed, 0)]


def test_an_old_study_gets_the_protocol_it_would_freeze_now(upgraded: Database) -> None:
    with upgraded.write() as session:
        study = session.get_one(Study, old_votes.STUDY)
        stored = newest_protocol(session, study)
        assert stored is not None
        assert (stored.version, stored.created_at) == (1, study.opened_at)
        frozen_now = freeze_protocol(session, study, now=stored.created_at)

    for matchup in frozen_now.document["matchups"]:
        # Protocols that were frozen before these settings existed do not name them.
        del matchup["reference_seed"], matchup["other_seed"], matchup["renditions"]
    assert stored.document == frozen_now.document
