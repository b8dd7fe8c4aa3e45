"""`ti2v audit verify`, on this machine and through a server."""

import pytest

from app.clock import utc_now
from app.tables.audit import AuditEvent
from tests.app.cli.outcome import Run
from tests.cast import Cast


def test_it_prints_the_last_hash_and_later_finds_it_again(
    cast: Cast, live_server: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.open_study("alices")
    there = ("--server", live_server, "--key", cast.ada.key)
    first = run("audit", "verify", *there)
    with cast.context.database.write() as session:
        session.add(AuditEvent(at=utc_now(), actor="ada", action="study.edit", subject="alices", details={}))

    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    second = run("audit", "verify", "--head", first.out.strip())

    assert (first.code, second.code) == (0, 0)
    assert (len(first.out.strip()), first.out != second.out) == (64, True)
    assert run("audit", "verify", *there).out == second.out
    wrong = run("audit", "verify", "--head", "0" * 63 + "1")
    assert (wrong.code, "removed or written again" in wrong.err) == (1, True)
    assert run("audit", "verify", "--head", "abc").code == 2
