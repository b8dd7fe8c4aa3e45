"""Keeps the networks of suites in memory between runs, for workers that measure clips in small groups."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

Opened = TypeVar("Opened")


@dataclass(frozen=True)
class _Kept:
    identity: str
    networks: ExitStack
    opened: Any


class OpenNetworks:
    """Opens the networks of a suite or of a dimension.

    Args:
        keep: whether networks stay open until `close`. If `keep` is false, the networks are closed when the
            `with` block ends.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._kept: dict[str, _Kept] = {}

    @contextmanager
    def opened(
        self, name: str, identity: str, open_networks: Callable[[], AbstractContextManager[Opened]]
    ) -> Iterator[Opened]:
        """Yield what `open_networks` yields. If the block raises an exception, the networks are closed.

        Args:
            name: name of the suite or of the dimension.
            identity: text that identifies networks and settings; if the open networks have a different
                identity, they are replaced.
        """
        if not self._keep:
            with open_networks() as opened:
                yield opened
            return
        if name not in self._kept or self._kept[name].identity != identity:
            self._close(name)
            with ExitStack() as networks:
                opened = networks.enter_context(open_networks())
                self._kept[name] = _Kept(identity, networks.pop_all(), opened)
        try:
            yield self._kept[name].opened
        except BaseException:
            self._close(name)
            raise

    def close(self) -> None:
        """Close all networks that are still open."""
        for name in list(self._kept):
            self._close(name)

    def _close(self, name: str) -> None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            kept.networks.close()
