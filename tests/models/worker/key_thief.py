"""A model's program that searches for the worker's key, and then generates its clips.

It runs in a separate process, as a stand-in for a program with malicious code. In the checkout, `target.json`
has the worker's process id and namespaces, the folders to search, and the key. The key is written in reverse,
so that no searched file contains it. The program writes what it found to `found.json`.

Without its own namespaces, the program would disturb the whole machine. In this case, it inspects only the
worker's process and changes no mount.
"""

import ctypes
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import stand_in_program

FOLDER = Path(__file__).parent
PTRACE_ATTACH, PTRACE_DETACH = 16, 17
CHUNK = 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    target = json.loads((FOLDER / "target.json").read_text())
    key, worker = target["key_reversed"][::-1].encode(), target["pid"]
    isolated = is_isolated(target)
    pids = [*(processes() if isolated else []), worker]
    found = [*in_processes(key, pids), *traced(pids), *in_devices()]
    found += [f"ps: {words}" for words in listed(key)]
    found += [f"file {path}" for path in in_files(key, [Path(each) for each in target["folders"]])]
    found += [f"own descriptor {number}" for number in own_descriptors(key)]
    if isolated:
        # Undo the mounts, here and in further namespaces, and look again.
        for mount in ("/proc", *target["mounts"]):
            subprocess.run(["umount", "-l", mount], stderr=subprocess.DEVNULL, check=False)
        found += [f"after umount: {each}" for each in in_processes(key, [*processes(), worker])]
        found += [f"after umount: {path}" for path in in_files(key, [Path(p) for p in target["folders"]])]
        found += in_nested_namespaces(key, worker, target["mounts"])
    (FOLDER / "found.json").write_text(json.dumps(found))
    stand_in_program.run("file-protocol")


def is_isolated(target: dict[str, dict[str, str]]) -> bool:
    """Return whether this process has namespaces other than those of the worker."""
    own = {kind: str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in target["namespaces"]}
    return all(own[kind] != name for kind, name in target["namespaces"].items())


def processes() -> list[int]:
    pids = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid()]


def in_processes(key: bytes, pids: list[int]) -> Iterator[str]:
    """Search environment, command line, memory and open files of processes."""
    for pid in pids:
        folder = Path(f"/proc/{pid}")
        for name in ("environ", "cmdline"):
            if key in read(folder / name):
                yield f"{name} of {pid}"
        if any(key in block for block in memory(folder)):
            yield f"memory of {pid}"
        yield from (f"descriptor {each}" for each in children(folder / "fd") if key in read(each))


def memory(folder: Path) -> Iterator[bytes]:
    try:
        maps = (folder / "maps").read_text().splitlines()
        file = (folder / "mem").open("rb", buffering=0)
    except OSError:
        return
    with file:
        for line in maps:
            area, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(each, 16) for each in area.split("-"))
                yield from blocks(file.fileno(), start, end)


def blocks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    overlap = 256
    while start < end:
        try:
            block = os.pread(descriptor, min(CHUNK + overlap, end - start), start)
        except OSError:
            return
        yield block
        start += CHUNK


def traced(pids: list[int]) -> Iterator[str]:
    for pid in pids:
        if LIBC.ptrace(PTRACE_ATTACH, pid, None, None) == 0:
            os.waitpid(pid, 0x40000000)  # __WALL: a traced process is no child
            LIBC.ptrace(PTRACE_DETACH, pid, None, None)
            yield f"ptrace of {pid}"


def in_devices() -> Iterator[str]:
    """Yield the memory devices of the machine that this process can read."""
    for device in ("/dev/mem", "/dev/kmem", "/proc/kcore"):
        if read(Path(device), 4096):
            yield device


def listed(key: bytes) -> Iterator[str]:
    for words in (["ps", "axeww"], ["ps", "-ef"]):
        try:
            if key in subprocess.run(words, capture_output=True, check=False).stdout:
                yield " ".join(words)
        except FileNotFoundError:
            continue


def in_files(key: bytes, folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if key in read(path))


def own_descriptors(key: bytes) -> Iterator[str]:
    yield from (each.name for each in children(Path("/proc/self/fd")) if key in read(each))


def in_nested_namespaces(key: bytes, pid: int, mounts: list[str]) -> Iterator[str]:
    undo = "; ".join(f"umount -l '{mount}'" for mount in ("/proc", *mounts))
    script = f"{undo}; cat /proc/*/environ /proc/{pid}/environ {' '.join(mounts)}"
    for more in (["--map-root-user"], ["--map-current-user", "--keep-caps"]):
        words = ["unshare", "--user", *more, "--mount", "--pid", "--fork", "sh", "-c", script]
        if key in subprocess.run(words, capture_output=True, check=False).stdout:
            yield f"nested namespaces {more}"


def children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def read(path: Path, limit: int = 1 << 20) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, limit)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


main()
