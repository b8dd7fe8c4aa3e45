"""Measures the next pair in Chromium: from the click on Submit until both clips of the next pair are painted.

The page loads the clips of the next pair in advance. For comparison, the script also measures a page that
loads both clips from scratch, in the same run. The script uses the first-look study of the demo. The server
renders the other clips of the demo at the same time, so the machine is never idle.

Run: python -m perf.next_pair. The script needs Chromium, like the browser tests.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from perf.server import free_port
from tests.browser.conftest import CHROMIUM_ARGUMENTS, find_chromium

VOTES, RELOADS = 10, 6
TARGET_MS = 300
LOOK_MS = 1500
TIMEOUT_MS = 60_000
SHOWN = """[...document.querySelectorAll('video')].every((clip) => clip.readyState >= 2)
    && document.querySelector('.seen').dataset.state !== 'loading'"""
SUBMIT = f"""() => new Promise((done) => {{
    const token = document.querySelector('[data-part=vote-form] [name=token]');
    const before = token.value;
    const clicked = performance.now();
    document.querySelector('.submit').click();
    const look = () => requestAnimationFrame(
        token.value !== before && {SHOWN} ? () => done(performance.now() - clicked) : look);
    look();
}})"""


def main() -> None:
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1366, "height": 650})
        page.goto(link)
        page.get_by_role("link", name="Start").click()
        ahead = [vote(page) for _ in range(VOTES)]
        scratch = [load(page) for _ in range(RELOADS)]
        browser.close()
    print("| clips | median ms | highest ms |\n|---|---:|---:|")
    for name, took in (("loaded ahead", ahead), ("loaded from scratch", scratch)):
        print(f"| {name} | {statistics.median(took):.0f} | {max(took):.0f} |")
    ratio = statistics.median(ahead) / statistics.median(scratch)
    print(f"target: {TARGET_MS} ms; ratio of the medians {ratio:.2f}")


@contextmanager
def demo() -> Iterator[str]:
    """Run `ti2v up` with an empty data folder; yield the link to vote."""
    with tempfile.TemporaryDirectory() as home:
        ti2v = str(Path(sys.executable).with_name("ti2v"))
        command = [ti2v, "up", "--port", str(free_port())]
        environment = {**os.environ, "TI2V_HOME": home}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "")
            yield next(found[0] for line in lines if (found := re.search(r"http\S+/invite/\w+", line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def vote(page: Page) -> float:
    """Vote, and return the time until the next pair is shown, in ms."""
    page.locator("[data-part=submit] span", has_text="Choose A or B").wait_for(timeout=TIMEOUT_MS)
    page.wait_for_timeout(LOOK_MS)
    page.keyboard.press("a")
    page.keyboard.press("1")
    took: float = page.evaluate(SUBMIT)
    return took


def load(page: Page) -> float:
    """Load the page again, and return the time until its pair is shown, in ms."""
    started = time.perf_counter()
    page.reload(wait_until="commit")
    page.wait_for_function(f"() => document.querySelector('video') && {SHOWN}", timeout=TIMEOUT_MS)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
