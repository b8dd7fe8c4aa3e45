"""Select everything that a worker offers: models that generate clips, and suites that measure clips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.protocol import SuiteName
from models.generators.settings import generator_settings
from models.metrics.options import MetricRun
from models.worker.available_models import NOTHING, select_models
from models.worker.available_suites import AvailableSuite, select_suites
from models.worker.errors import NoSuiteAvailable


@dataclass(frozen=True)
class Offers:
    """The models and the suites of metrics that a worker offers to a server.

    Attributes:
        batch_sizes: the offered models, each with its batch size.
        metric_run: the folders and the device with which suites run; None if the worker offers no suites.
    """

    batch_sizes: Mapping[str, int]
    suites: Mapping[SuiteName, AvailableSuite]
    metric_run: MetricRun | None

    def sentences(self, worker: str, address: str) -> Iterator[str]:
        """Yield sentences for the log about the models and suites that the worker offers to a server."""
        if self.batch_sizes:
            yield f"{worker} offers {', '.join(self.batch_sizes)} to {address}."
        if self.suites:
            yield f"{worker} measures clips for {address} with {', '.join(self.suites)}."
        for suite in self.suites.values():
            for metric, reason in suite.gaps.items():
                yield f"{suite.name}: {metric} is not computed. {reason}"


def select_offers(
    models: str | None, batch: int | None, suites: str | None, *, engine: str, device: str
) -> Offers:
    """Select models and suites as `select_models` and `select_suites` do. Ray actors measure no clips.

    Raises:
        WorkerError: a requested model or suite cannot run, or nothing is left to offer.
    """
    home = generator_settings().home
    if engine == "ray" and suites not in (None, NOTHING):
        raise NoSuiteAvailable(
            "With --engine ray a worker measures no clips. Start another worker with --engine inline."
        )
    offered = {} if engine == "ray" else select_suites(suites, home)
    batch_sizes = select_models(models, batch, may_be_empty=bool(offered))
    return Offers(batch_sizes, offered, MetricRun(home=home, device=device) if offered else None)
