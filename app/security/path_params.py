"""What may stand in an address: each part has a form, and nothing of another form reaches a route."""

from typing import Annotated

from fastapi import Path

SLUG = r"^[a-z0-9][a-z0-9._-]{0,63}$"
LABEL = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"
PUBLIC_ID = r"^[0-9a-f]{16}$"
TOKEN = r"^[A-Za-z0-9_-]{43}$"  # noqa: S105 - the form of one
# Names that benchmarks bring along: anything that can be shown and is no path.
BROUGHT_NAME = r"^[^\x00-\x1f/\\]+$"
LONGEST_PAIR_ID = 400

SlugPath = Annotated[str, Path(pattern=SLUG)]
PublicIdPath = Annotated[str, Path(pattern=PUBLIC_ID)]
TokenPath = Annotated[str, Path(pattern=TOKEN)]
PairIdPath = Annotated[str, Path(max_length=LONGEST_PAIR_ID, pattern=BROUGHT_NAME)]
ScenarioPath = Annotated[str, Path(max_length=100, pattern=BROUGHT_NAME)]
PseudonymPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
