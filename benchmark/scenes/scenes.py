"""Defines scenarios, the actions of scenarios, and scenes.

A scene is a scenario in one style with one layout seed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from benchmark.scenes.motions import Motion, Promise
from benchmark.scenes.shapes import Part
from benchmark.scenes.styles import Style


class HardCase(StrEnum):
    """The kinds of difficult prompts that TI2V Bench distinguishes."""

    ONE_OF_SEVERAL = "one_of_several"
    NEW_OBJECT = "new_object"
    FINE_MANIPULATION = "fine_manipulation"
    STILL_BACKGROUND = "still_background"
    TWO_AT_ONCE = "two_at_once"


@dataclass(frozen=True)
class Action:
    """One prompt of a scenario, and the motions that the prompt describes.

    Attributes:
        needs_daylight: true if the prompt, such as "dusk falls", makes no sense at night.
    """

    name: str
    prompt: str
    motions: tuple[Motion, ...]
    hard_case: HardCase | None = None
    needs_daylight: bool = False

    @property
    def promises(self) -> frozenset[Promise]:
        return frozenset(motion.promise for motion in self.motions)

    @property
    def is_rigid(self) -> bool:
        """Whether the action only shifts, rotates or scales parts, so that the flow is exact everywhere."""
        return self.promises == {Promise.MOVES}

    def suits(self, style: Style) -> bool:
        """Whether the action's prompt makes sense for images in this style."""
        return not (self.needs_daylight and style is Style.NIGHT)

    @property
    def moved_parts(self) -> frozenset[str]:
        return frozenset(motion.part for motion in self.motions)


@dataclass(frozen=True)
class Scenario:
    """A kind of scene, such as an aquarium, from which images in several styles are rendered.

    Attributes:
        parts: a function that returns the parts of the scene, sorted from back to front. The function chooses
            positions and colours at random, but does not change the positions and colours that a prompt
            mentions.
    """

    name: str
    parts: Callable[[np.random.Generator, Style], list[Part]]
    actions: tuple[Action, ...]

    def action(self, name: str) -> Action:
        """Return an action by name.

        Raises:
            ValueError: the scenario has no such action; the message lists the scenario's actions.
        """
        for action in self.actions:
            if action.name == name:
                return action
        allowed = ", ".join(action.name for action in self.actions)
        raise ValueError(f"{self.name} has no action {name!r}; it has {allowed}")


@dataclass(frozen=True)
class Scene:
    """One image: a scenario in one style, with a layout computed from a seed."""

    scenario: Scenario
    style: Style
    seed: int

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self.scenario.parts(np.random.default_rng(self.seed), self.style))
