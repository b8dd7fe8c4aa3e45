"""`ti2v doctor` states each problem and how to solve it."""

import json
from pathlib import Path

import pytest

from tests.app.cli.outcome import Run
from tests.postgres import Postgres


def states(outcome_text: str) -> dict[str, str]:
    return {finding["part"]: finding["state"] for finding in json.loads(outcome_text)}


def test_a_sound_installation_passes(run: Run) -> None:
    outcome = run("doctor", "--format", "json")

    assert outcome.code == 0, outcome.err
    found = states(outcome.out)
    assert set(found) == {
        *(
            "python",
            "sqlite",
            "ffmpeg",
            "sandbox",
            "settings",
            "home",
            "secret key",
            "database",
            "limits",
            "media",
            "disk",
            "server",
        )
    }
    assert "bad" not in found.values()


def test_an_old_schema_is_bad_and_the_command_that_mends_it_is_named(run: Run) -> None:
    run("db", "downgrade", "base", "--yes")

    outcome = run("doctor")

    assert outcome.code == 1
    assert "Run: ti2v db upgrade" in outcome.out


def test_a_secret_key_others_can_read_is_bad(run: Run, home: Path) -> None:
    (home / "secret_key").write_text("secret")
    (home / "secret_key").chmod(0o644)

    outcome = run("doctor")

    assert outcome.code == 1
    assert f"Run: chmod 600 {home / 'secret_key'}" in outcome.out


@pytest.mark.postgres
def test_a_postgresql_that_does_not_wait_for_the_disk_is_bad(
    run: Run, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_DATABASE_URL", postgres.fresh())

    relaxed = run("doctor")
    with postgres.waiting_for_the_disk():
        durable = run("doctor")

    assert relaxed.code == 1
    assert "commits do not wait for the disk: fsync is off and synchronous_commit is off" in relaxed.out
    assert durable.code == 0, durable.out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TI2V_PORT", "many"),
        ("TI2V_DATABASE_URL", "votes.sqlite3"),
        ("TI2V_DATABASE_URL", "mysql://ada:s3cret@db.example/ti2v"),
        ("TI2V_DATABASE_URL", "postgresql+psycopg://ada:s3cret@db.example:port/ti2v"),
        ("TI2V_PUBLIC_URL", "notaurl"),
        ("TI2V_PUBLIC_URL", "bench.example"),
        ("TI2V_PUBLIC_URL", "ftp://bench.example"),
        ("TI2V_PUBLIC_URL", "https://"),
        ("TI2V_PUBLIC_URL", "https://bench.example:port"),
        ("TI2V_PUBLIC_URL", "https://bench.example:70000"),
        ("TI2V_PUBLIC_URL", "https://bench.example/ti2v"),
        ("TI2V_PUBLIC_URL", "https://ada:s3cret@bench.example"),
        ("TI2V_PUBLIC_URL", "https://bench example"),
        ("TI2V_PUBLIC_URL", "https://[::1"),
        ("TI2V_SECRET_KEY", "x"),
        ("TI2V_SECRET_KEY", "s3cret-with-31-bytes-----------"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    outcome = run("doctor")

    assert outcome.code == 1
    assert name in outcome.out
    assert "s3cret" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    "address",
    [
        *("https://bench.example", "https://bench.example/", "http://127.0.0.1:8000"),
        *("http://[::1]:8000", "https://bücher.example"),
    ],
)
def test_an_address_people_can_use_is_good(run: Run, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TI2V_PUBLIC_URL", address)

    assert run("doctor").code == 0


def test_a_setting_with_a_slip_in_its_name_is_noted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_DATABSE_URL", "sqlite:///elsewhere.sqlite3")
    monkeypatch.setenv("TI2V_CHECKPOINTS", "/weights")  # of another part of the product, and no slip

    outcome = run("doctor")

    assert outcome.code == 0
    assert "TI2V_DATABSE_URL is not a setting" in outcome.out
    assert "Did you mean TI2V_DATABASE_URL?" in outcome.out
    assert "CHECKPOINTS" not in outcome.out


def test_a_database_that_does_not_answer_is_bad(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_DATABASE_URL", "postgresql+psycopg://ada:s3cret@127.0.0.1:9/ti2v")

    outcome = run("doctor", "--format", "json")

    assert states(outcome.out)["database"] == "bad"
    assert "s3cret" not in outcome.out + outcome.err
