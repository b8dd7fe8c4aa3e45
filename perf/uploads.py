"""Measures the upload of 320 clips of 120 KB to a server on the same machine: `ti2v submit`, and a browser.

The browser is a headless Chromium, in which the script chooses the folder on the upload page. Command and
browser run in turns against one server, because other programs may use the same cores. The time of the
browser starts when the folder is dropped on the page, and ends when the page reports that all clips are
stored. If server and client share the cores, the processor time of Chromium lengthens the upload; in
practice, the browser runs on another machine. The ratio is therefore also measured with the server on a core
of its own.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app import migrations
from app.database import Database
from app.media.store import content_key, open_store
from app.security.identity import create_key, person_named
from app.settings import Settings
from app.tables.bench import Pair
from benchmark.client.client import Client
from benchmark.protocol import Role
from benchmark.wire.submissions import SubmissionRequest
from perf.clips import draw_noisy_clip
from perf.server import running_server
from perf.synthetic_studies import START, synthetic_benchmark
from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium

CLIP_BYTES = 120_000
TARGET_S = 15.0
ROUNDS = 2
TIMEOUT_MS = 180_000


@dataclass(frozen=True)
class Times:
    """Seconds of each upload by command and by browser, and the cost: client seconds, server MB."""

    submitted: list[float]
    dropped: list[float]
    client_s: float
    memory_mb: float

    @property
    def ratio(self) -> float:
        """The fastest upload by browser, divided by the fastest upload by command."""
        return min(self.dropped) / min(self.submitted)


def main() -> None:
    """Print the upload time of 320 clips by command and by browser, on shared cores and on separate cores."""
    cores = os.sched_getaffinity(0)
    first = {min(cores)}
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        shared = measure(Path(folder) / "shared", clips, cores, cores)
        apart = measure(Path(folder) / "apart", clips, first, cores - first) if len(cores) > 1 else None
    print(f"320 clips of {CLIP_BYTES // 1000} KB: {min(shared.submitted):.1f} s (target {TARGET_S:.0f} s)")
    print(f"the same clips dropped on the upload page: {min(shared.dropped):.1f} s")
    print(f"processor time of the client {shared.client_s:.1f} s; server memory {shared.memory_mb:.0f} MB")
    print_ratio("server and client share all cores", shared)
    if apart is not None:
        print_ratio("server on a core of its own", apart)
    else:
        print("ratio page / ti2v submit, server on a core of its own: not measured, there is one core")


def print_ratio(name: str, times: Times) -> None:
    print(f"ratio page / ti2v submit, {name}: {times.ratio:.2f}; all: {times.submitted}, {times.dropped}")


def measure(home: Path, clips: Path, server_cores: set[int], client_cores: set[int]) -> Times:
    """Upload the clips with the command and the browser in turns to a new server on the given cores."""
    home.mkdir()
    clips.mkdir(exist_ok=True)
    key = prepare(home, clips)
    submitted, dropped = [], []
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, server_cores)  # started processes inherit the cores
    try:
        with running_server(home) as server:
            os.sched_setaffinity(0, client_cores)
            with upload_page(server.port, key) as drop:
                for number in range(ROUNDS):
                    cpu, started = os.times().children_user, time.perf_counter()
                    submit(server.port, key, clips, f"s{number}")
                    submitted.append(round(time.perf_counter() - started, 1))
                    client_s = os.times().children_user - cpu
                    dropped.append(round(drop(clips, f"d{number}"), 1))
            return Times(submitted, dropped, client_s, server.memory_mb())
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def upload_page(port: int, key: str) -> Iterator[Callable[[Path, str], float]]:
    """Yield a function that uploads a folder in a signed-in browser and returns the time in seconds.

    The arguments of the function are the folder and the label of the new submission.
    """
    from playwright.sync_api import sync_playwright

    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright, Client(address, key) as client:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/")

        def drop(clips: Path, label: str) -> float:
            request = SubmissionRequest(model="measured", benchmark="large", label=label)
            submission = client.submissions.create(request)
            page.goto(f"{address}/submissions/{submission.id}/upload")
            page.locator(".upload[data-mounted]").wait_for()
            started = time.perf_counter()
            page.locator("[data-part=folder]").set_input_files(clips)
            page.get_by_role("button", name="Upload").click()
            # A search for the text in the whole page would take processor time from the upload.
            message = page.locator("[data-part=message]", has_text="Stored: 320. Refused: 0.")
            message.wait_for(timeout=TIMEOUT_MS)
            return time.perf_counter() - started

        yield drop
        browser.close()


def prepare(home: Path, clips: Path) -> str:
    """Create a database with a benchmark of 320 pairs, and a folder with a clip per pair. Return a key."""
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    with database.write() as session:
        person = person_named(session, name="perf", role=Role.RESEARCHER, now=START)
        key = create_key(session, person=person, now=START)
        benchmark = synthetic_benchmark(session)
        image_key = store_image(home)
        names = []
        for pair in session.query(Pair).filter_by(benchmark_id=benchmark.id):
            pair.image_key = image_key
            names.append(pair.name)
    database.close()
    original = draw_noisy_clip(clips / "original").read_bytes()
    (clips / "original").unlink()
    for number, name in enumerate(names):
        (clips / f"{name}_0.mp4").write_bytes(padded(original, number))
    return key


def padded(clip: bytes, number: int) -> bytes:
    """Return the clip with a `free` box at the end, which gives the file unique bytes and the wanted size."""
    room = max(16, CLIP_BYTES - len(clip))
    return clip + room.to_bytes(4, "big") + b"free" + number.to_bytes(8, "big") + bytes(room - 16)


def store_image(home: Path) -> str:
    path = home / "image.png"
    Image.new("RGB", (320, 320), (90, 120, 150)).save(path)
    key = content_key("images", hashlib.sha256(path.read_bytes()).hexdigest())
    store = open_store(str(home / "media"))
    with store.private_file() as private:
        private.write_bytes(path.read_bytes())
        store.put(key, private)
    return key


def submit(port: int, key: str, clips: Path, label: str) -> None:
    ti2v = Path(sys.executable).with_name("ti2v")
    words = ("submit", str(clips), "--model", "measured", "--benchmark", "large", "--label", label)
    environment = {**os.environ, "TI2V_SERVER": f"http://127.0.0.1:{port}", "TI2V_KEY": key}
    subprocess.run([ti2v, *words], env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
