"""One part of a list of work items. Several processes or machines share the list."""

import re
from dataclasses import dataclass

_SHARD = re.compile(r"(?P<number>[0-9]{1,6})/(?P<count>[0-9]{1,6})")


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count` parts. The first part has number 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Shard(1, 1)


def parse_shard(text: str) -> Shard:
    """Parse a shard such as `3/8`.

    Raises:
        ValueError: the text is not of the form `number/count`, or the number is not from 1 to the count.
    """
    match = _SHARD.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a shard; write 3/8 for the third of eight")
    shard = Shard(int(match["number"]), int(match["count"]))
    if not 1 <= shard.number <= shard.count:
        raise ValueError(f"there is no shard {shard}; the first number must be from 1 to the second")
    return shard
