"""The scenarios of the starter benchmark, one module each."""

from benchmark.scenes.scenarios import desk, harbour, kites, pond
from benchmark.scenes.scenes import Scenario

_MODULES = (kites, harbour, desk, pond)

SCENARIOS: dict[str, Scenario] = {module.SCENARIO.name: module.SCENARIO for module in _MODULES}
