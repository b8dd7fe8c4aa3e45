"""The settings page: people see their own account, admins also see the service; nobody sees secrets."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.pool import QueuePool

from app.clock import utc_now
from app.context import AppContext
from app.free_space import least_free_space
from app.installation.checks import State, check_disk
from app.installation.effective_settings import effective_settings, without_passwords
from app.media.store.folder import FolderStore
from app.settings import Settings
from app.tables.people import ExternalIdentity
from benchmark.protocol import Role
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, make_actor
from tests.conftest import settings_for


class RecordingStore(FolderStore):
    """A store that records the number of database connections in use at each check of its health."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(Path(context.settings.effective_media_url))
        assert isinstance(context.database.engine.pool, QueuePool)
        self.pool = context.database.engine.pool
        self.connections: list[int] = []

    def healthy(self) -> bool:
        self.connections.append(self.pool.checkedout())
        return super().healthy()


def cells(html: str, first: str) -> list[str]:
    """Return the texts of the row that begins with `first`. The server omits optional end tags."""
    for row in re.split(r"<tr[^>]*>", html):
        texts = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"<t[hd] ", row)]
        found = [text.partition(">")[2].strip() for text in texts[1:]]
        if found[:1] == [first]:
            return found
    raise AssertionError(f"no row begins with {first}")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESEARCHER])
def test_people_see_their_own_account_but_not_the_service(cast: Cast, role: Role) -> None:
    person = make_actor(cast.context, f"the {role}", role)

    page = signed_in(cast.context, person).get("/settings")

    assert page.status_code == 200
    assert f"the {role}" in page.text
    assert f"{person.key[:10]}…" in page.text
    assert person.key not in page.text
    assert f"{cast.alice.key[:10]}…" not in page.text
    assert "TI2V_" not in page.text
    assert "State of the service" not in page.text


def test_admins_see_the_state_and_the_settings_of_the_service(cast: Cast) -> None:
    page = signed_in(cast.context, cast.ada).get("/settings").text

    assert cells(page, "version")[2].startswith("TI2V Bench ")
    assert cells(page, "workers")[1:3] == ["✓ Fine", "0 workers online"]
    assert cells(page, "media")[2] == cast.context.settings.effective_media_url
    assert "TI2V_SESSION_DAYS" in page
    assert "64 MiB" in page


def test_a_missing_backup_is_noted_and_the_newest_is_named(cast: Cast) -> None:
    ada = signed_in(cast.context, cast.ada)
    before = cells(ada.get("/settings").text, "backup")
    folder = cast.context.settings.home / "backups"
    folder.mkdir()
    (folder / "0001.sqlite3").write_bytes(b"")

    after = cells(ada.get("/settings").text, "backup")

    assert before[1] == "△ Look at"
    assert "ti2v db backup" in before[3]
    assert after[1] == "✓ Fine"


def test_a_disk_that_readyz_refuses_is_bad_on_the_page_and_in_the_command(
    cast: Cast, open_one: Callable[[Settings], AppContext]
) -> None:
    context = open_one(settings_for(cast.context.settings.home, min_free_bytes=2**62))
    ada = signed_in(context, cast.ada)

    assert ada.get("/readyz").status_code == 507
    assert cells(ada.get("/settings").text, "disk")[1] == "▲ Fix"
    found = check_disk(context.settings)
    assert (found.state, "TI2V_MIN_FREE_BYTES" in found.advice) == (State.BAD, True)


def test_the_fullest_of_the_disks_counts(cast: Cast) -> None:
    home = cast.context.settings.home
    settings = settings_for(home, media_url="/proc/self")  # a file system without free space

    assert least_free_space(settings).folder == Path("/proc/self")
    assert least_free_space(settings_for(home, media_url="s3://bucket")).folder == home


def test_no_database_connection_is_held_while_the_media_store_is_asked(cast: Cast) -> None:
    store = RecordingStore(cast.context)
    ada = signed_in(replace(cast.context, store=store), cast.ada)

    before = store.pool.checkedout()  # the connection for writes stays open

    assert ada.get("/settings").status_code == 200

    assert store.connections == [before]


def test_the_account_says_whether_the_provider_is_connected(
    cast: Cast, open_one: Callable[[Settings], AppContext]
) -> None:
    changes = {"openid_issuer": "https://login.test", "openid_client_id": "bench", "openid_name": "Lab login"}
    context = open_one(settings_for(cast.context.settings.home, **changes))
    alice = signed_in(context, cast.alice)
    before = alice.get("/settings").text
    with context.database.write() as session:
        session.add(
            ExternalIdentity(
                issuer="https://login.test",
                subject="1",
                person_id=cast.alice.principal.person_id,
                created_at=utc_now(),
            )
        )

    assert "Your first sign-in with Lab login connects the account" in before
    assert "connected since" in alice.get("/settings").text


def test_secrets_and_passwords_are_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_PORT", "9000")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings
        home=tmp_path,
        secret_key=SecretStr("s" * 40),
        database_url="postgresql+psycopg://bench:p@ss/word@db/ti2v?sslpassword=hidden",
        rate_limit_url="redis://:hidden@cache:6379/0",
    )

    shown = {each.variable: each for each in effective_settings(settings)}

    assert shown["TI2V_SECRET_KEY"].value == "set"
    assert shown["TI2V_DATABASE_URL"].value == "postgresql+psycopg://bench:***@db/ti2v?sslpassword=***"
    assert shown["TI2V_RATE_LIMIT_URL"].value == "redis://:***@cache:6379/0"
    assert shown["TI2V_PORT"].source == "environment"
    assert shown["TI2V_HOST"].source == "default"
    assert not re.search("hidden|ssss|p@ss", str(shown.values()))


def test_a_url_without_a_password_is_unchanged() -> None:
    for url in (
        "memory://",
        "s3://bucket/prefix",
        "https://api.prolific.com",
        "sqlite:////srv/a@b/ti2v.sqlite3",
    ):
        assert without_passwords(url) == url
