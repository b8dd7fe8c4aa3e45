"""Finds the proxy Caddy: TI2V_TEST_CADDY, or Caddy on the PATH; without Caddy, tests are skipped."""

import os
import shutil

import pytest

CADDY = os.environ.get("TI2V_TEST_CADDY") or shutil.which("caddy") or ""
needs_caddy = pytest.mark.skipif(
    not CADDY, reason="caddy is not installed; on Debian: apt-get install caddy, or set TI2V_TEST_CADDY"
)
