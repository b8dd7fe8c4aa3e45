"""Measures `ti2v submit`: 320 clips of 120 KB from a folder to a server on the same machine."""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from app import migrations
from app.database import Database
from app.media.store import content_key, open_store
from app.security.identity import create_key, person_named
from app.settings import Settings
from app.tables.bench import Pair
from benchmark.protocol import Role
from perf.clips import draw_noisy_clip
from perf.server import running_server
from perf.synthetic_studies import START, synthetic_benchmark

CLIP_BYTES = 120_000
TARGET_S = 15.0


def main() -> None:
    """Print the time for 320 clips, and the client's share of this time."""
    with tempfile.TemporaryDirectory() as folder:
        home, clips = Path(folder) / "home", Path(folder) / "clips"
        home.mkdir()
        clips.mkdir()
        key = prepare(home, clips)
        with running_server(home) as server:
            started, cpu = time.perf_counter(), os.times().children_user
            submit(server.port, key, clips)
            seconds = time.perf_counter() - started
            client = os.times().children_user - cpu
            memory = server.memory_mb()
    print(f"320 clips of {CLIP_BYTES // 1000} KB: {seconds:.1f} s (target {TARGET_S:.0f} s)")
    print(f"processor time of the client {client:.1f} s; server memory afterwards {memory:.0f} MB")


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


def submit(port: int, key: str, clips: Path) -> None:
    ti2v = Path(sys.executable).with_name("ti2v")
    words = ("submit", str(clips), "--model", "measured", "--benchmark", "large")
    environment = {**os.environ, "TI2V_SERVER": f"http://127.0.0.1:{port}", "TI2V_KEY": key}
    subprocess.run([ti2v, *words], env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
