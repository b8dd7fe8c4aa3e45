"""A program of the same user cannot read the key from the worker's process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

KEY = "ti2v_key-of-a-worker"
PATIENCE_S = 60
# Nobody listens on this port, so the worker keeps trying to claim jobs.
COMMAND = ("worker", "--server", "http://127.0.0.1:9", "--models", "static", "--device", "cpu")


@contextmanager
def running_worker(
    tmp_path: Path, *more: str, environment: Mapping[str, str] = {}, descriptor: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a worker process that has already logged its models."""
    program = [sys.executable, "-c", "import sys; from benchmark.cli.main import main; sys.exit(main())"]
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    log = tmp_path / "worker.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [*program, *COMMAND, "--images", str(tmp_path / "images"), *more],
            env={**inherited, **environment},
            stderr=stderr,
            pass_fds=() if descriptor is None else (descriptor,),
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while " offers static " not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def visible(process: "subprocess.Popen[bytes]") -> bytes:
    folder = Path(f"/proc/{process.pid}")
    return (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_key_from_the_environment_is_not_in_the_environment_of_the_running_worker(tmp_path: Path) -> None:
    with running_worker(tmp_path, environment={"TI2V_KEY": KEY}) as process:
        assert KEY.encode() not in visible(process)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_key_from_a_descriptor_is_read_once(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, f"{KEY}\n".encode())
    os.close(writing)
    try:
        with running_worker(tmp_path, "--key-file", f"/dev/fd/{reading}", descriptor=reading) as process:
            assert not Path(f"/proc/{process.pid}/fd/{reading}").exists()
    finally:
        os.close(reading)


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() == 0, reason="root may read every process")
def test_a_program_of_the_same_user_cannot_read_the_worker(tmp_path: Path) -> None:
    with running_worker(tmp_path, environment={"TI2V_KEY": KEY}) as process, pytest.raises(PermissionError):
        Path(f"/proc/{process.pid}/environ").read_bytes()


def test_a_key_file_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "no-key"
    program = [sys.executable, "-c", "import sys; from benchmark.cli.main import main; sys.exit(main())"]

    done = subprocess.run([*program, *COMMAND, "--key-file", str(missing)], capture_output=True, text=True)

    assert done.returncode == 1
    assert str(missing) in done.stderr
    assert "--key-file" in done.stderr
