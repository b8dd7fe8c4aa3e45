"""Waits for an effect of a page outside the browser, such as a row in the database."""

import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page

Found = TypeVar("Found")
PATIENCE_S = 30


def poll(page: Page, look: Callable[[], Found], *, until: Callable[[Found], object] = bool) -> Found:
    """Call `look` until `until(result)` is true; return the result. The page runs between the calls."""
    deadline = time.monotonic() + PATIENCE_S
    while not until(found := look()):
        assert time.monotonic() < deadline, f"after {PATIENCE_S} s still {found!r}"
        page.wait_for_timeout(50)
    return found
