"""Select everything that a worker offers: models that generate clips, and suites that measure clips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.protocol import SuiteName
from models.generators.settings import generator_settings
from models.worker.available_models import select_models
from models.worker.available_suites import AvailableSuite, select_suites


@dataclass(frozen=True)
class Offers:
    """What a worker offers to a server: models, each with its batch size, and suites of metrics."""

    batch_sizes: Mapping[str, int]
    suites: Mapping[SuiteName, AvailableSuite]

    def sentences(self, worker: str, address: str) -> Iterator[str]:
        """Yield sentences for the log about the models and suites that the worker offers to a server."""
        if self.batch_sizes:
            yield f"{worker} offers {', '.join(self.batch_sizes)} to {address}."
        if self.suites:
            yield f"{worker} measures clips for {address} with {', '.join(self.suites)}."
        for suite in self.suites.values():
            for metric, reason in suite.gaps.items():
                yield f"{suite.name}: {metric} is not computed. {reason}"


def select_offers(models: str | None, batch: int | None, suites: str | None) -> Offers:
    """Select models and suites as `select_models` and `select_suites` do.

    Raises:
        WorkerError: a requested model or suite cannot run, or nothing is left to offer.
    """
    offered = select_suites(suites, generator_settings().home)
    return Offers(select_models(models, batch, may_be_empty=bool(offered)), offered)
