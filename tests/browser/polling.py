"""Waits for what a page causes outside of itself, such as a row in the database."""

import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page

Found = TypeVar("Found")
PATIENCE_S = 30


def poll(page: Page, look: Callable[[], Found], *, until: Callable[[Found], object] = bool) -> Found:
    """Return what `look` returns once `until` is true of it; the page runs on between two looks."""
    deadline = time.monotonic() + PATIENCE_S
    while not until(found := look()):
        assert time.monotonic() < deadline, f"after {PATIENCE_S} s still {found!r}"
        page.wait_for_timeout(50)
    return found
