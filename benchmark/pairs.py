"""Pairs of a benchmark and the names their clips go by.

A pair id is `<image>_<prompt_slug>`. The slug reproduces all 320 file names of the authors' published clips.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field

_DROPPED = re.compile(r"[^a-z0-9\s]")
_TRAILING_NUMBER = re.compile(r"[ _-]*\d+$")
_SEED_SUFFIX = re.compile(r"^(?P<pair>.+)_(?P<seed>\d+)$")

# The official release names three images of one scenario by their animal.
SCENARIO_OF_IMAGE_STEM = {"meadow_bear": "meadow", "meadow_cat": "meadow", "meadow_pig": "meadow"}


@dataclass(frozen=True)
class PairSpec:
    """One image with one text prompt, as a benchmark defines it."""

    id: str
    image: str
    prompt: str
    scenario: str
    style: str | None = None
    hard_case: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def prompt_slug(prompt: str) -> str:
    """Return the part of a clip's file name that stands for the prompt.

    >>> prompt_slug("The blue balloon, dipping  down!")
    'the_blue_balloon_dipping_down'
    """
    words = _DROPPED.sub("", prompt.lower()).split()
    return "_".join(words) or hashlib.sha256(prompt.encode()).hexdigest()[:12]


def pair_id(image: str, prompt: str) -> str:
    """Return `<image>_<prompt_slug>`; `image` is the file name without its ending."""
    return f"{image}_{prompt_slug(prompt)}"


def scenario_of_image(image: str) -> str:
    """Return the scenario an image belongs to: its name without the trailing number.

    >>> scenario_of_image("aerial_car3"), scenario_of_image("meadow_bear1")
    ('aerial_car', 'meadow')
    """
    stem = _TRAILING_NUMBER.sub("", image) or image
    return SCENARIO_OF_IMAGE_STEM.get(stem, stem)


@dataclass(frozen=True)
class ClipName:
    """What a clip's file name says: the pair and, where the authors' form is used, the seed."""

    pair_id: str
    seed: int | None


def read_clip_name(stem: str, known_pair_ids: Collection[str]) -> ClipName | None:
    """Read a clip's file name without its ending; None if no known pair is meant.

    A pair id may itself end in a number, so known ids are matched before a trailing `_<seed>` is read.
    """
    if stem in known_pair_ids:
        return ClipName(stem, None)
    match = _SEED_SUFFIX.match(stem)
    if match and match["pair"] in known_pair_ids:
        return ClipName(match["pair"], int(match["seed"]))
    return None
