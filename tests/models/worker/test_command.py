"""`ti2v worker` says in a sentence what is missing, and hides the key from what it starts."""

import os

import pytest
from click.testing import CliRunner, Result

from models.cli.worker import worker
from models.generators.registry import UnknownModel
from models.worker.available_models import offered_batches
from models.worker.errors import NothingToOffer
from tests.models.worker.conftest import Workplace


def run(*words: str, **environment: str | None) -> Result:
    none = {"TI2V_SERVER": None, "TI2V_KEY": None}
    return CliRunner().invoke(worker, words, env={**none, **environment})


def test_without_a_server_it_says_how_to_name_one() -> None:
    assert "use --server URL, or set TI2V_SERVER" in str(run("--key", "k").exception)


def test_an_address_without_a_scheme_is_refused() -> None:
    assert "begins with http:// or https://" in str(run("--server", "bench.example", "--key", "k").exception)


def test_without_a_key_it_says_how_to_get_one() -> None:
    error = run("--server", "http://127.0.0.1:9").exception

    assert "ti2v key create" in str(error)
    assert "--role worker" in str(error)


def test_the_key_leaves_the_environment(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_KEY", workplace.worker.key)
    monkeypatch.setenv("XDG_CACHE_HOME", str(workplace.folder))
    words = ["--server", workplace.address, "--models", "static", "--until-idle", "--name", "box"]

    done = CliRunner().invoke(worker, words)

    assert done.exit_code == 0, done.output
    assert "box offers static" in done.stderr
    assert "0 clips handed in." in done.stderr
    assert workplace.worker.key not in done.output
    assert "TI2V_KEY" not in os.environ


def test_a_researchers_key_ends_it_with_a_sentence(workplace: Workplace) -> None:
    words = ["--server", workplace.address, "--models", "static", "--images", str(workplace.folder)]

    done = run(*words, TI2V_KEY=workplace.alice.key)

    assert done.exit_code == 1
    assert "This needs a key of role worker; yours is researcher." in done.output
    assert "ti2v key create --role worker" in done.output


def test_a_model_that_cannot_run_here_is_said_at_the_start() -> None:
    with pytest.raises(NothingToOffer, match=r"dynamicrafter cannot run here\. "):
        offered_batches("static,dynamicrafter", None)


def test_an_empty_list_of_models_is_not_taken_for_all_or_for_none_that_can_run() -> None:
    with pytest.raises(NothingToOffer, match="--models names no model"):
        offered_batches(" ,", None)


def test_an_unknown_model_is_said_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match="There is no model 'motive'"):
        offered_batches("motive", None)


def test_without_names_all_that_can_run_here_are_offered() -> None:
    assert {"static", "reference", "zoom"} <= offered_batches(None, None).keys()


def test_a_batch_holds_for_every_model() -> None:
    assert offered_batches("static, zoom", 3) == {"static": 3, "zoom": 3}
