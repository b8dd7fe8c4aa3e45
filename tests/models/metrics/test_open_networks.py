"""Networks that stay open between the claims of a worker."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.metrics.open_networks import OpenNetworks


class Events(list[str]):
    """Records when a network is opened and closed."""

    @contextmanager
    def network(self, name: str = "clip") -> Iterator[str]:
        self.append(f"open {name}")
        try:
            yield name
        finally:
            self.append(f"close {name}")


@pytest.mark.parametrize(
    ("keep", "expected"),
    [(True, ["open clip", "close clip"]), (False, ["open clip", "close clip"] * 2)],
)
def test_a_network_is_opened_once_only_if_it_is_kept(keep: bool, expected: list[str]) -> None:
    events = Events()
    networks = OpenNetworks(keep=keep)

    for _ in range(2):
        with networks.opened("animate-bench", "revision 1", events.network) as network:
            assert network == "clip"
    networks.close()

    assert events == expected


def test_a_network_with_another_identity_replaces_the_kept_network() -> None:
    events = Events()
    networks = OpenNetworks(keep=True)

    for identity in ("revision 1", "revision 2"):
        with networks.opened("animate-bench", identity, lambda: events.network(identity)) as network:  # noqa: B023
            assert network == identity

    assert events == ["open revision 1", "close revision 1", "open revision 2"]


def test_a_network_that_fails_is_closed_and_opened_again() -> None:
    events = Events()
    networks = OpenNetworks(keep=True)

    with pytest.raises(RuntimeError), networks.opened("animate-bench", "1", events.network):
        raise RuntimeError
    with networks.opened("animate-bench", "1", events.network):
        pass

    assert events == ["open clip", "close clip", "open clip"]
