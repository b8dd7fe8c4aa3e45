"""Runs programs of models in user, process, mount and IPC namespaces of their own (Linux, util-linux).

An isolated program sees only its own processes. The kernel refuses access to processes outside the program's
user namespace, even to processes of the same user. Files of the user stay readable, except the files given to
`hide_file`. When the program or this process ends, the kernel kills everything that the program started.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from models.generators.settings import generator_settings

_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_PROBE_TIMEOUT_S = 10
_UVM_DEVICE = Path("/dev/nvidia-uvm")
# Exit statuses above 128 mean that the shell's program ended by a signal.
_SIGNAL_STATUS, _MAX_SIGNAL = 128, 64
_UNSHARE = (
    *("--user", "--map-current-user", "--keep-caps", "--pid", "--mount", "--ipc"),
    *("--kill-child", "--mount-proc"),
)
# The first process of the namespaces: hides files, then runs the program without capabilities, so that the
# program cannot undo the mounts. The shell keeps running, because the kernel ignores SIGTERM for the first
# process of a namespace.
_FIRST_PROCESS = """
mount=$1 setpriv=$2 hidden=$3
shift 3
while [ "$hidden" -gt 0 ]; do
    [ ! -e "$1" ] || "$mount" --bind /dev/null "$1" || exit 125
    shift
    hidden=$((hidden - 1))
done
"$setpriv" --no-new-privs --ambient-caps=-all --inh-caps=-all --bounding-set=-all -- "$@"
exit $?
"""

_hidden_files: list[Path] = []


def hide_file(path: Path) -> None:
    """Hide a file: programs that start later see an empty file instead."""
    _hidden_files.append(path.resolve())


def hidden_files() -> tuple[Path, ...]:
    """Return the files that are hidden from the programs of models."""
    return tuple(_hidden_files)


def isolation_problem() -> str | None:
    """Return the reason why programs cannot run in separate namespaces; None if they can.

    The test runs once.
    """
    if not generator_settings().isolation:
        return "TI2V_ISOLATION is off"
    return _probe(hidden_files())


def isolated(command: Sequence[str]) -> list[str]:
    """Return a command that runs `command` in Linux namespaces, or `command` itself without namespaces."""
    if isolation_problem() is not None:
        return list(command)
    _create_uvm_device()
    return _wrapped(command, hidden_files())


def program_status(status: int) -> int:
    """Return the exit status of an isolated command.

    As in `Popen`, the status is negative if a signal ended the command.
    """
    return _SIGNAL_STATUS - status if 0 < status - _SIGNAL_STATUS <= _MAX_SIGNAL else status


@cache
def _probe(hidden: tuple[Path, ...]) -> str | None:
    if sys.platform != "linux":
        return "namespaces need Linux"
    missing = [name for name in ("unshare", "setpriv", "mount", "sh") if _system_program(name) is None]
    if missing:
        return f"{', '.join(missing)} of util-linux not found"
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs and arguments
            _wrapped(["/bin/sh", "-c", "exit 0"], hidden),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[0] if lines else f"unshare ended with status {done.returncode}"


def _wrapped(command: Sequence[str], hidden: Sequence[Path]) -> list[str]:
    unshare, setpriv, mount, sh = (
        _system_program(name) or name for name in ("unshare", "setpriv", "mount", "sh")
    )
    first_process = [sh, "-c", _FIRST_PROCESS, "isolated", mount, setpriv, str(len(hidden))]
    return [
        *(setpriv, "--pdeathsig", "KILL"),
        *(unshare, *_UNSHARE, "--"),
        *first_process,
        *map(str, hidden),
        *command,
    ]


def _system_program(name: str) -> str | None:
    return shutil.which(name, path=_SYSTEM_PATH)


def _create_uvm_device() -> None:
    """Create the device file for CUDA's memory, because CUDA cannot create it inside a user namespace."""
    helper = shutil.which("nvidia-modprobe", path=_SYSTEM_PATH)
    if helper is not None and not _UVM_DEVICE.exists():
        subprocess.run([helper, "-u", "-c", "0"], check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - fixed
