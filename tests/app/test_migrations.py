"""Migrations: upgrade, downgrade and upgrade without drift; votes survive; data loss is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from app import migrations
from app.context import AppContext
from app.database import Database
from app.tables import Base
from app.tables.voting import Vote
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study, enter, set_the_stage
from tests.postgres import Postgres

REBUILD = '''
"""Rebuilds the parent of every table below a study.

Why: a test.
"""
import sqlalchemy as sa
from alembic import op

revision = "test"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("studies", recreate="{recreate}") as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("studies", recreate="{recreate}") as batch_op:
        batch_op.drop_column("note")
'''
LOSE = """
import sqlalchemy as sa
from alembic import op

revision = "test"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute("{statement}")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.empty()
    database = Database(url, home=tmp_path)
    yield database
    database.close()


def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, **words: str) -> None:
    """Add a migration after the newest migration, in a copy of the folder."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = ScriptDirectory(str(folder)).get_current_head()
    (folder / "versions" / "test.py").write_text(template.format(newest=newest, **words))
    monkeypatch.setattr(migrations, "MIGRATIONS", folder)


def votes_in(database: Database) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(Vote)).scalar_one()


@pytest.fixture
def voted(either_installation: AppContext) -> Database:
    """A database with one vote."""
    study = set_the_stage(either_installation, pairs=1).open_study()
    annotator = enter(client_of(either_installation), study)
    assert vote(annotator, assign(annotator, study)["token"]).status_code == 201
    return either_installation.database


def test_up_down_and_up_again_leaves_exactly_the_tables_of_the_code(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    migrations.downgrade(empty_database, "base")
    with empty_database.engine.connect() as connection:
        left = migrations.inspect(connection).get_table_names()
    migrations.upgrade(empty_database)

    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert left == ["alembic_version"]
    assert migrations.status(empty_database).is_current


def test_the_database_has_the_check_constraints_of_the_code(empty_database: Database) -> None:
    """compare_metadata ignores check constraints, so this test counts the check constraints."""
    migrations.upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        inspector = migrations.inspect(connection)
        found = {
            name: {each["name"] for each in inspector.get_check_constraints(name)}
            for name in Base.metadata.tables
        }

    wanted = {
        name: {str(each.name) for each in table.constraints if type(each).__name__ == "CheckConstraint"}
        for name, table in Base.metadata.tables.items()
    }
    assert found == wanted


# PostgreSQL alters tables in place; it never rebuilds one.
@pytest.mark.parametrize(
    ("either_database_url", "recreate"),
    [
        ("sqlite", "always"),
        ("sqlite", "auto"),
        pytest.param("postgres", "auto", marks=pytest.mark.postgres),
    ],
    indirect=["either_database_url"],
)
def test_a_rebuild_of_a_parent_table_keeps_every_vote_below_it(
    voted: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recreate: str
) -> None:
    newest = migrations.status(voted).current
    assert newest is not None
    add_migration(tmp_path, monkeypatch, REBUILD, recreate=recreate)

    migrations.upgrade(voted)
    after_upgrade = votes_in(voted)
    migrations.downgrade(voted, newest)

    assert (after_upgrade, votes_in(voted)) == (1, 1)


@pytest.mark.parametrize("statement", ["DELETE FROM votes", "DROP TABLE audit_hashes"])
def test_a_migration_that_would_lose_rows_is_refused_and_changes_nothing(
    voted: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    before = migrations.status(voted).current
    add_migration(tmp_path, monkeypatch, LOSE, statement=statement)

    with pytest.raises(migrations.SchemaError, match=f"lose rows of {statement.split()[-1]}"):
        migrations.upgrade(voted)

    assert migrations.status(voted).current == before
    assert votes_in(voted) == 1


def test_a_migration_that_would_orphan_rows_is_refused(
    cast: Cast, study: Study, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, foreign keys are off during a migration, so the migration checks them at its end."""
    enter(client, study)
    add_migration(tmp_path, monkeypatch, LOSE, statement="UPDATE invitations SET annotator_id = 999")

    with pytest.raises(migrations.SchemaError, match="refer to a missing row"):
        migrations.upgrade(cast.context.database)


def test_the_version_read_without_alembic_is_the_one_alembic_names(empty_database: Database) -> None:
    newest = ScriptDirectory(str(migrations.MIGRATIONS)).get_current_head()
    assert migrations.status(empty_database) == migrations.SchemaStatus(None, newest, is_known=True)

    migrations.upgrade(empty_database)

    with empty_database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    assert migrations.status(empty_database) == migrations.SchemaStatus(current, newest, is_known=True)


def test_foreign_keys_hold_again_after_a_migration(voted: Database) -> None:
    newest = migrations.status(voted).current
    migrations.upgrade(voted)

    assert migrations.status(voted).current == newest
    if voted.is_sqlite:
        with voted.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_service_does_not_start_on_an_older_schema(cast: Cast) -> None:
    migrations.downgrade(cast.context.database, "base")

    with pytest.raises(migrations.SchemaError, match="ti2v db upgrade"), client_of(cast.context):
        pass
