"""A client cannot choose the IP address for which the server counts its wrong keys."""

from dataclasses import replace

import httpx2
import pytest

from app.context import AppContext
from app.security.limits import GuessLimiter
from tests.conftest import serving, settings_for


@pytest.mark.parametrize(("trusted", "last"), [(None, 429), ("127.0.0.1", 401)])
def test_forwarded_addresses_count_only_if_the_operator_trusts_the_proxy(
    trusted: str | None, last: int, context: AppContext
) -> None:
    given = {} if trusted is None else {"trusted_proxies": trusted}
    strict = replace(
        context,
        settings=settings_for(context.settings.home, **given),
        guesses=GuessLimiter("memory://", per_minute=3),
    )
    with serving(strict) as address, httpx2.Client(base_url=address) as client:
        answers = [
            client.get(
                "/api/v1/models",
                headers={"Authorization": "Bearer ti2v_guess", "X-Forwarded-For": f"203.0.113.{number}"},
            ).status_code
            for number in range(5)
        ]

    assert answers == [401, 401, 401, last, last]
