"""Defines the pairs of a benchmark, the pair ids, and the file names of clips.

A pair id is `<image>_<prompt_slug>`. With our prompt slugs, the pair ids equal the file names of all 320
clips that the authors published.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_DROPPED = re.compile(r"[^a-z0-9\s]")
_TRAILING_NUMBER = re.compile(r"[ _-]*\d+$")
# Files and folders of macOS, Windows, Synology and QNAP, in lower case.
_SYSTEM_NAMES = frozenset(
    {
        *("__macosx", "icon\r", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin"),
        *("system volume information", "@eadir", "#recycle", "@recycle", "lost+found"),
    }
)
_SEED_SUFFIX = re.compile(r"^(?P<pair>.+)_(?P<seed>[0-9]+)$")

# In the official release, the images of one scenario (meadow) are named after their animals.
SCENARIO_OF_IMAGE_STEM = {"meadow_bear": "meadow", "meadow_cat": "meadow", "meadow_pig": "meadow"}


@dataclass(frozen=True)
class PairSpec:
    """A pair of a benchmark: one image with one text prompt."""

    id: str
    image: str
    prompt: str
    scenario: str
    style: str | None = None
    hard_case: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def prompt_slug(prompt: str) -> str:
    """Return the slug of a prompt, which is part of a clip's file name.

    >>> prompt_slug("The blue balloon, dipping  down!")
    'the_blue_balloon_dipping_down'
    """
    prompt = canonical_name(prompt)
    words = _DROPPED.sub("", prompt.lower()).split()
    return "_".join(words) or hashlib.sha256(prompt.encode()).hexdigest()[:12]


def canonical_name(name: str) -> str:
    """Return the name in Unicode NFC; macOS may store file names in NFD, with decomposed letters."""
    return unicodedata.normalize("NFC", name)


def find_path(path: Path) -> Path:
    """Return `path` if it exists; otherwise a path whose folders and file have the same names in NFC."""
    if path.exists() or path == path.parent:
        return path
    folder, name = find_path(path.parent), canonical_name(path.name)
    if not folder.is_dir():
        return path
    return next((each for each in folder.iterdir() if canonical_name(each.name) == name), path)


def is_hidden_file(name: str) -> bool:
    """Return whether a file or folder is hidden, or was made by a system and not by a person.

    Examples are `.DS_Store`, the AppleDouble files `._NAME`, `Thumbs.db`, and the lock files `~$NAME` of
    Office.
    """
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_NAMES


def pair_id(image: str, prompt: str) -> str:
    """Return `<image>_<prompt_slug>`; `image` is the file name without its suffix."""
    return f"{canonical_name(image)}_{prompt_slug(prompt)}"


def scenario_of_image(image: str) -> str:
    """Return the scenario of an image, which is the image's name without the trailing number.

    >>> scenario_of_image("aerial_car3"), scenario_of_image("meadow_bear1")
    ('aerial_car', 'meadow')
    """
    stem = _TRAILING_NUMBER.sub("", image) or image
    return SCENARIO_OF_IMAGE_STEM.get(stem, stem)


@dataclass(frozen=True)
class ClipName:
    """The pair and the seed in a clip's file name. `seed` is None if the name is only the pair id."""

    pair_id: str
    seed: int | None


@dataclass(frozen=True)
class AmbiguousName:
    """A file name with two possible meanings: a pair id without a seed, or a shorter pair id with a seed."""

    stem: str
    pair_id: ClipName
    with_seed: ClipName


@dataclass(frozen=True)
class ClipNames:
    """The file names of one folder, matched with the pairs of a benchmark.

    Attributes:
        matched: a mapping from file name, without its suffix, to pair and seed.
        unknown: names that match no pair, in the order of the input.
        ambiguous: names that can mean two pairs, even after a comparison with the other names in the folder.
    """

    matched: Mapping[str, ClipName]
    unknown: tuple[str, ...]
    ambiguous: tuple[AmbiguousName, ...]


def match_clip_names(stems: Iterable[str], pair_ids: Iterable[str]) -> ClipNames:
    """Match file names without suffix, `<pair id>` or `<pair id>_<seed>`, with known pair ids.

    Names are compared in Unicode NFC. If `car_take` and `car_take_1` are both pair ids, the file name
    `car_take_1` has two readings: with and without a seed. The other file names in the folder decide which
    reading is used:

    - If every other name has a seed, and the seed 1 occurs, the name has a seed.
    - If at least one other name has no seed, and the seed 1 does not occur, the name has no seed.
    - If at least one other name has no seed, and the seed 1 occurs, one of the two readings gives a pair that
      already has a file; the other reading is used.

    >>> match_clip_names(["car_take_1", "car_take_1_1"], ["car_take", "car_take_1"]).matched["car_take_1"]
    ClipName(pair_id='car_take', seed=1)
    """
    known = {canonical_name(pair_id): pair_id for pair_id in pair_ids}
    readings = {stem: _readings(canonical_name(stem), known) for stem in stems}
    matched = {stem: names[0] for stem, names in readings.items() if len(names) == 1}
    undecided = {stem: names for stem, names in readings.items() if len(names) > 1}
    while decided := _decide(undecided, matched):
        matched |= decided
        undecided = {stem: names for stem, names in undecided.items() if stem not in decided}
    return ClipNames(
        matched=matched,
        unknown=tuple(stem for stem, names in readings.items() if not names),
        ambiguous=tuple(AmbiguousName(stem, *names) for stem, names in undecided.items()),
    )


def _readings(stem: str, known: Mapping[str, str]) -> tuple[ClipName, ...]:
    bare = (ClipName(known[stem], None),) if stem in known else ()
    match = _SEED_SUFFIX.match(stem)
    if match is None or match["pair"] not in known:
        return bare
    return (*bare, ClipName(known[match["pair"]], int(match["seed"])))


def _decide(
    undecided: Mapping[str, tuple[ClipName, ...]], matched: Mapping[str, ClipName]
) -> dict[str, ClipName]:
    """Return the reading of each ambiguous name that can be decided.

    If several readings of a name are possible, the name is left out.
    """
    seeds = {name.seed for name in matched.values()}
    pairs = {name.pair_id for name in matched.values()}
    decided = {}
    for stem, names in undecided.items():
        likely = [name for name in names if name.seed in seeds]
        if len(likely) > 1:
            likely = [name for name in likely if name.pair_id not in pairs]
        if len(likely) == 1:
            decided[stem] = likely[0]
    return decided
