"""Error responses that mean that a lease is lost."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from benchmark.client.errors import LeaseLost, Refused
from benchmark.client.job_api import LeaseApi
from benchmark.wire.jobs import ClaimedJob
from tests.benchmark.client.conftest import ScriptedServer, refusal, transport_to

JOB = ClaimedJob(
    id="0" * 16,
    attempt=1,
    model="motif",
    submission="1" * 16,
    pair_id="balloon1_dips",
    prompt="dips",
    image_url="/api/v1/jobs/0000000000000000/image",
    image_sha256="0" * 64,
    seed=0,
    lease_s=300,
    expires_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize("code", ["stale_attempt", "cancelled", "submission_not_open", "clip_exists"])
def test_work_that_is_no_longer_wanted_loses_its_lease(
    scripted_server: Callable[..., ScriptedServer], code: str
) -> None:
    leases = LeaseApi(transport_to(scripted_server((409, {}, refusal(code))).address))

    with pytest.raises(LeaseLost):
        leases.upload_clip(JOB, b"mp4", {})


def test_another_conflict_is_a_refusal_like_any_other(scripted_server: Callable[..., ScriptedServer]) -> None:
    leases = LeaseApi(transport_to(scripted_server((409, {}, refusal("job_done"))).address))

    with pytest.raises(Refused) as caught:
        leases.release(JOB)

    assert not isinstance(caught.value, LeaseLost)
