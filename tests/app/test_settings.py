"""How settings are read from the environment."""

from pathlib import Path

import pytest

from app.settings import Settings


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_HOME", "")
    monkeypatch.setenv("TI2V_SECRET_KEY", "")

    settings = Settings(_env_file=None)  # type: ignore[call-arg]

    assert settings.home == Path("var")
    assert settings.secret_key is None
