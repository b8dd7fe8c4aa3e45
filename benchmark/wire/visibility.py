"""Wire types for visibility: who, besides owner and admins, can see a benchmark, submission or study."""

from typing import Annotated

from pydantic import Field, model_validator

from benchmark.protocol import Visibility
from benchmark.wire.common import Line, RequestModel, ResponseModel

MAX_PEOPLE = 1000


class VisibilityRequest(RequestModel):
    """The new visibility. If the visibility is `shared`, `people` names the people who may see the object.

    The request replaces the previous visibility and the previous people.
    """

    visibility: Visibility
    people: Annotated[tuple[Line, ...], Field(max_length=MAX_PEOPLE)] = ()

    @model_validator(mode="after")
    def _people_only_where_shared(self) -> "VisibilityRequest":
        if self.people and self.visibility is not Visibility.SHARED:
            raise ValueError("people are named only with visibility shared")
        return self


class VisibilityResponse(ResponseModel):
    """The visibility of an object. `people` is empty unless the visibility is `shared`."""

    visibility: Visibility
    people: list[str]
