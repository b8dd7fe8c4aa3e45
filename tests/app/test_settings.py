"""How settings are read from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, default_home


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_HOME", "")
    monkeypatch.setenv("TI2V_SECRET_KEY", "")

    settings = Settings(_env_file=None)  # type: ignore[call-arg]

    assert settings.home == Path("var")
    assert settings.secret_key is None


def test_the_data_of_the_checkout_is_found_from_every_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    (checkout / "var").mkdir(parents=True)
    elsewhere.mkdir()
    (checkout / "pyproject.toml").touch()
    monkeypatch.chdir(elsewhere)

    assert default_home(checkout) == Path("var")
    (checkout / "var" / "ti2v.sqlite3").touch()
    assert default_home(checkout) == checkout / "var"
    (elsewhere / "var").mkdir()
    assert default_home(checkout) == checkout / "var"
    (elsewhere / "var" / "secret_key").touch()
    assert default_home(checkout) == Path("var")


@pytest.mark.parametrize(("letters", "is_accepted"), [(8, False), (31, False), (32, True), (64, True)])
def test_a_secret_key_has_at_least_32_bytes(letters: int, is_accepted: bool) -> None:
    if is_accepted:
        assert Settings(_env_file=None, secret_key="k" * letters).secret_key is not None  # type: ignore[call-arg,arg-type]
        return

    with pytest.raises(ValidationError, match="use at least 32 random bytes; run: openssl rand -hex 32"):
        Settings(_env_file=None, secret_key="k" * letters)  # type: ignore[call-arg,arg-type]
