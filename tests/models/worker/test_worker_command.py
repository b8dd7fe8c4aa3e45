"""`ti2v worker`: missing options, model selection, and protection of the key."""

import ctypes
import os
import sys

import pytest
from click.testing import CliRunner, Result

from models.cli.worker import worker
from models.generators.registry import UnknownModel
from models.worker.available_models import select_models
from models.worker.errors import NoModelAvailable
from tests.models.worker.conftest import WorkerServer

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4


def run(*words: str, **environment: str | None) -> Result:
    none = {"TI2V_SERVER": None, "TI2V_KEY": None}
    return CliRunner().invoke(worker, words, env={**none, **environment})


def test_a_missing_server_is_an_error_with_the_option() -> None:
    assert "use --server URL, or set TI2V_SERVER" in str(run("--key", "k").exception)


def test_an_address_without_a_scheme_is_refused() -> None:
    assert "must begin with http:// or https://" in str(
        run("--server", "bench.example", "--key", "k").exception
    )


def test_a_missing_key_is_an_error_with_the_command() -> None:
    error = run("--server", "http://127.0.0.1:9").exception

    assert "ti2v key create" in str(error)
    assert "--role worker" in str(error)


def test_the_key_is_removed_from_the_environment(
    worker_server: WorkerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_KEY", worker_server.worker.key)
    monkeypatch.setenv("XDG_CACHE_HOME", str(worker_server.folder))
    words = ["--server", worker_server.address, "--models", "static", "--until-idle", "--name", "box"]

    done = CliRunner().invoke(worker, words)

    assert done.exit_code == 0, done.output
    assert "box offers static" in done.stderr
    assert "Uploaded 0 clips." in done.stderr
    assert worker_server.worker.key not in done.output
    assert "TI2V_KEY" not in os.environ


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_other_programs_cannot_read_the_workers_memory(
    worker_server: WorkerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_KEY", worker_server.worker.key)
    monkeypatch.setenv("XDG_CACHE_HOME", str(worker_server.folder))
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    try:
        CliRunner().invoke(worker, ["--server", worker_server.address, "--models", "static", "--until-idle"])
        is_dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    finally:
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)

    assert is_dumpable == 0


def test_a_researchers_key_is_refused_with_the_command(worker_server: WorkerServer) -> None:
    words = ["--server", worker_server.address, "--models", "static", "--images", str(worker_server.folder)]

    done = run(*words, TI2V_KEY=worker_server.alice.key)

    assert done.exit_code == 1
    assert "This needs a key of role worker; yours is researcher." in done.output
    assert "ti2v key create --role worker" in done.output


def test_a_requested_model_that_cannot_run_is_an_error() -> None:
    with pytest.raises(NoModelAvailable, match=r"dynamicrafter cannot run on this machine\. "):
        select_models("static,dynamicrafter", None)


def test_an_empty_list_of_models_is_an_error() -> None:
    with pytest.raises(NoModelAvailable, match="--models is empty"):
        select_models(" ,", None)


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(UnknownModel, match="There is no model 'motive'"):
        select_models("motive", None)


def test_all_models_that_can_run_are_offered_by_default() -> None:
    assert {"static", "reference", "zoom"} <= select_models(None, None).keys()


def test_a_batch_size_applies_to_every_model() -> None:
    assert select_models("static, zoom", 3) == {"static": 3, "zoom": 3}
