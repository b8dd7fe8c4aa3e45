"""Wire types for the crowd platform of a study: completion codes and return URLs.

They are not part of the study's protocol: the protocol is published, and a code must stay secret.
"""

from typing import Annotated

from pydantic import StringConstraints

from benchmark.wire.common import OneLine, RequestModel

# A URL to which the annotator returns; `{code}` in it is replaced by the completion code.
ReturnAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^https?://.+$"), OneLine
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Exit(RequestModel):
    """What an annotator gets after one outcome.

    Attributes:
        code: the completion code. If it is None, each annotator gets a code of their own.
        url: the return URL, in which `{code}` is replaced by the code. None if there is none.
    """

    code: Code | None = None
    url: ReturnAddress | None = None


class Platform(RequestModel):
    """The exits of a study, by outcome (`benchmark.protocol.Outcome`)."""

    completed: Exit = Exit()
    declined: Exit = Exit()
    screened_out: Exit = Exit()
    quality_failed: Exit = Exit()
    full: Exit = Exit()
