"""The scenarios of the bundled benchmark; each module defines one scenario."""

from benchmark.scenes.scenarios import (
    aquarium,
    beach,
    campfire,
    chess,
    clock,
    desk,
    garden,
    harbour,
    hot_air,
    kitchen,
    kites,
    market,
    owls,
    playground,
    pond,
    railway,
    robots,
    snowman,
    space,
    street,
    theatre,
    windmill,
)
from benchmark.scenes.scenes import Scenario

# The seeds of layouts depend on this order, so add new scenarios at the end.
_MODULES = (
    kites,
    harbour,
    desk,
    pond,
    windmill,
    railway,
    aquarium,
    kitchen,
    street,
    garden,
    space,
    beach,
    owls,
    hot_air,
    playground,
    clock,
    chess,
    snowman,
    campfire,
    robots,
    market,
    theatre,
)

SCENARIOS: dict[str, Scenario] = {module.SCENARIO.name: module.SCENARIO for module in _MODULES}
