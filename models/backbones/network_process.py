"""Runs a network in a child process with the user's own Python environment.

This project neither contains nor installs networks under non-commercial or unclear licences. The folder
`TI2V_HOME/weights/NAME` of a network holds `network.json`, which contains the paths of the Python
interpreter, the code and the weights. docs/vbench.md describes the protocol;
`models/backbones/drivers/driver_loop.py` implements the child's side of the protocol.
"""

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.backbones.base import BackboneMissing

PROTOCOL = 1
_DRIVERS = Path(__file__).with_name("drivers")
_LOAD_S, _CALL_S, _END_S = 900.0, 900.0, 5.0
_TAIL_BYTES = 2000
_KEYS = {"python", "checkout", "checkpoint", "driver"}

Arrays = dict[str, NDArray[np.generic]]


class NetworkFailed(Exception):
    """A network's child process ended, did not answer in time, or reported an error."""


@dataclass(frozen=True)
class NetworkFile:
    """The content of network.json.

    Attributes:
        python: path of the Python interpreter whose environment contains the network.
        checkout: folder with the network's code; None if the code is an installed package.
        checkpoint: file or folder with the weights.
        driver: path of the user's own driver; if None, the driver of this project is used.
    """

    python: Path
    checkout: Path | None = None
    checkpoint: Path | None = None
    driver: Path | None = None


def read_network_file(path: Path) -> NetworkFile:
    """Read network.json; relative paths in the file start at the folder of network.json.

    Raises:
        BackboneMissing: the file is not a JSON object with the known keys, or a named file does not exist.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        unknown = set(document) - _KEYS
        paths = {key: path.parent / Path(value).expanduser() for key, value in document.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BackboneMissing(
            f"{path} is not a JSON object of paths: {error}. See docs/vbench.md."
        ) from error
    if unknown or "python" not in document:
        problem = f"has the unknown key {min(unknown)}" if unknown else "has no key python"
        raise BackboneMissing(f"{path} {problem}. Allowed keys: {', '.join(sorted(_KEYS))}.")
    for key, value in paths.items():
        if not value.exists():
            raise BackboneMissing(f"{path}: {key} is {value}, which does not exist. Correct the path.")
    return NetworkFile(**paths)


class NetworkProcess:
    """A running child process with a loaded network; use the object as a context manager.

    Args:
        name: the network's name, for messages.
        file: the content of network.json.
        driver: file name of this project's driver.
        device: the device of the network, such as `cpu` or `cuda:0`.
        load_s: time limit for loading the network, in seconds.
        call_s: time limit of one call, in seconds.

    Raises:
        NetworkFailed: the child did not load the network.
    """

    def __init__(
        self,
        name: str,
        file: NetworkFile,
        *,
        driver: str,
        device: str = "cpu",
        load_s: float = _LOAD_S,
        call_s: float = _CALL_S,
    ) -> None:
        self._name = name
        self._call_s = call_s
        self._folder = tempfile.TemporaryDirectory(prefix="ti2v-network-")
        self._log = (Path(self._folder.name) / "stderr").open("a+b")
        self._unread = b""
        try:
            self._process = self._started(file, file.driver or _DRIVERS / driver, device)
            hello = self._line(load_s)
            if hello.get("protocol") != PROTOCOL:
                raise NetworkFailed(f"The driver of {name} speaks protocol {hello.get('protocol')}, not 1.")
        except BaseException:
            self.close()
            raise

    def call(self, **arrays: NDArray[np.generic]) -> Arrays:
        """Send input arrays to the network and return the output arrays.

        Raises:
            NetworkFailed: the child reported an error, ended, or exceeded the time limit.
        """
        given, made = (Path(self._folder.name) / name for name in ("input.npz", "output.npz"))
        np.savez(given, **arrays)  # type: ignore[arg-type]
        assert self._process.stdin is not None
        try:
            request = json.dumps({"input": str(given), "output": str(made)}) + "\n"
            self._process.stdin.write(request.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise NetworkFailed(self._ended()) from None
        answer = self._line(self._call_s)
        if not answer.get("ok"):
            raise NetworkFailed(f"The network {self._name} reported: {answer.get('error')}")
        with np.load(made, allow_pickle=False) as results:
            return {key: results[key] for key in results.files}

    def close(self) -> None:
        """End the child process and delete the files that this process exchanged with the child."""
        process = getattr(self, "_process", None)
        if process is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            process.stdout.close()
        self._log.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _started(self, file: NetworkFile, driver: Path, device: str) -> "subprocess.Popen[bytes]":
        command = [str(file.python), str(driver), "--device", device]
        for option, path in (("--checkout", file.checkout), ("--checkpoint", file.checkpoint)):
            command += [option, str(path)] if path else []
        try:
            return subprocess.Popen(  # noqa: S603 - the program that the user names in network.json
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=_environment(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            raise NetworkFailed(f"The network {self._name} could not be started: {error}") from error

    def _line(self, limit_s: float) -> Mapping[str, object]:
        assert self._process.stdout is not None
        deadline = time.monotonic() + limit_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise NetworkFailed(
                        f"The network {self._name} gave no answer within {limit_s:.0f} s. {self._tail()}"
                    )
                chunk = os.read(self._process.stdout.fileno(), 1 << 16)
                if not chunk:
                    raise NetworkFailed(self._ended())
                self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            answer: Mapping[str, object] = json.loads(line)
        except ValueError:
            raise NetworkFailed(f"The driver of {self._name} answered no JSON: {line[:80]!r}") from None
        return answer

    def _ended(self) -> str:
        self._process.wait(_END_S)
        return (
            f"The process of the network {self._name} ended with status {self._process.returncode}. "
            f"{self._tail()}"
        )

    def _tail(self) -> str:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _TAIL_BYTES))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return f"Its last output: {' | '.join(lines[-3:])}" if lines else "It printed nothing."


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment variables, except Python paths and TI2V Bench's settings and keys."""
    return {
        name: value
        for name, value in own.items()
        if not name.startswith("TI2V_") and name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
