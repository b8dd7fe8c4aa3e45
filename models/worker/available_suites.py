"""Select the suites of metrics that a worker offers: the requested suites, or all suites that can run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.metrics.suites import SUITES
from benchmark.protocol import SuiteName
from models.backbones.base import BackboneMissing, weights_folder
from models.backbones.sources import locate
from models.metrics.clip_networks import network_of
from models.metrics.options import MetricRun
from models.metrics.vbench_dimensions import DIMENSIONS
from models.worker.available_models import NOTHING
from models.worker.errors import NoSuiteAvailable


@dataclass(frozen=True)
class AvailableSuite:
    """A suite that a worker offers. `gaps` holds the metrics that cannot be computed, with the reasons."""

    name: SuiteName
    gaps: Mapping[str, str] = field(default_factory=dict)


def select_suites(names: str | None, home: Path) -> dict[SuiteName, AvailableSuite]:
    """Return the suites to offer.

    Args:
        names: comma-separated suites, or `none`; if None, all suites whose networks are on this machine are
            selected. A suite in `names` may lack the networks of some metrics, but not of all metrics.
        home: TI2V_HOME, the folder with the weights.

    Raises:
        NoSuiteAvailable: a requested suite does not exist, or none of the suite's metrics can be computed.
    """
    if names == NOTHING:
        return {}
    if names is None:
        found = [AvailableSuite(suite, _gaps(suite, home)) for suite in SuiteName]
        return {each.name: each for each in found if not each.gaps}
    wanted = [_suite_named(name.strip()) for name in names.split(",") if name.strip()]
    if not wanted:
        raise NoSuiteAvailable("--suites is empty. Omit the option to offer all suites that can run.")
    return {suite: _required(suite, home) for suite in wanted}


def _suite_named(name: str) -> SuiteName:
    try:
        return SuiteName(name)
    except ValueError as error:
        known = ", ".join(SuiteName)
        raise NoSuiteAvailable(f"There is no suite {name!r}. The suites are {known}.") from error


def _required(suite: SuiteName, home: Path) -> AvailableSuite:
    gaps = _gaps(suite, home)
    if len(gaps) == len(SUITES[suite].metrics):
        raise NoSuiteAvailable(f"{suite} cannot run on this machine. {next(iter(gaps.values()))}")
    return AvailableSuite(suite, gaps)


def _gaps(suite: SuiteName, home: Path) -> dict[str, str]:
    """Return the metrics whose networks are not on this machine, with the reason."""
    gaps = {}
    if suite is SuiteName.VBENCH_I2V:
        for dimension in DIMENSIONS.values():
            try:
                for source in dimension.networks:
                    locate(source, home=home)
            except BackboneMissing as error:
                gaps[dimension.name] = str(error)
        return gaps
    if suite is not SuiteName.MOTION:
        try:
            weights_folder(network_of(SUITES[suite], MetricRun(home)), home=home)
        except BackboneMissing as error:
            return {metric.name: str(error) for metric in SUITES[suite].metrics}
    return gaps
