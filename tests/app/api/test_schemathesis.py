"""schemathesis sends what OpenAPI allows and forbids, and follows links between routes."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from app.context import AppContext
from tests.cast import Cast
from tests.conftest import serving

HERE = Path(__file__).parent
# Examples of the schema, values at its borders, random values, and sequences of linked requests.
PHASES = "examples,coverage,fuzzing,stateful"


@pytest.mark.full_size
@pytest.mark.parametrize("who", ["ada", "alice"])
def test_every_check_holds_on_every_route(cast: Cast, context: AppContext, who: str) -> None:
    cast.open_study()
    with serving(context) as address:
        # The server builds its OpenAPI at the first request, which may take longer than schemathesis waits.
        httpx2.get(f"{address}/api/v1/openapi.json", timeout=120).raise_for_status()
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{address}/api/v1/openapi.json", "--phases", PHASES, "--checks", "all", "--no-shrink"),
            *("--max-examples", os.environ.get("TI2V_TEST_EXAMPLES", "20"), "--seed", "1"),
            *(
                "--header",
                f"Authorization: Bearer {getattr(cast, who).key}",
                "--suppress-health-check",
                "all",
            ),
        ]
        hooks = {"SCHEMATHESIS_HOOKS": "tests.app.api.binary_bodies"}
        found = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **hooks},
            cwd=HERE.parents[2],
        )

    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2000:]
