"""schemathesis sends what OpenAPI allows and forbids, and follows links between routes."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from app.context import AppContext
from app.tables.people import ApiKey
from tests.cast import Actor, Cast
from tests.conftest import serving

HERE = Path(__file__).parent
# Examples of the schema, values at its borders, random values, and sequences of linked requests.
PHASES = "examples,coverage,fuzzing,stateful"


@pytest.mark.full_size
@pytest.mark.parametrize("who", ["ada", "alice"])
def test_every_check_holds_on_every_route(cast: Cast, context: AppContext, who: str) -> None:
    cast.open_study()
    caller: Actor = getattr(cast, who)
    with serving(context) as address:
        # The server builds its OpenAPI at the first request, which may take longer than schemathesis waits.
        httpx2.get(f"{address}/api/v1/openapi.json", timeout=120).raise_for_status()
        found = run_schemathesis(address, caller, key_id=key_id(context, caller))
        # Without a valid key, the server refuses every request, so the checks would find nothing.
        assert httpx2.get(f"{address}/api/v1/tasks", headers=caller.headers, timeout=120).status_code == 200

    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2000:]


def key_id(context: AppContext, caller: Actor) -> int:
    with context.database.read() as session:
        return session.scalars(select(ApiKey.id).where(ApiKey.person_id == caller.principal.person_id)).one()


def run_schemathesis(address: str, caller: Actor, *, key_id: int) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{address}/api/v1/openapi.json", "--phases", PHASES, "--checks", "all", "--no-shrink"),
        *("--max-examples", os.environ.get("TI2V_TEST_EXAMPLES", "20"), "--seed", "1"),
        *("--header", f"Authorization: {caller.headers['Authorization']}"),
        *("--suppress-health-check", "all", "--request-timeout", "120"),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.app.api.schemathesis_hooks", "TI2V_TEST_KEY_ID": str(key_id)}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **hooks},
        cwd=HERE.parents[2],
    )
