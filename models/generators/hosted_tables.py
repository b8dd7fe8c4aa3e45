"""Defines the tables of a hosted adapter's TOML file: how to submit, poll and download a clip, and its price.

A JSON path names a value in a JSON document. The path consists of keys and list positions, separated by dots,
such as `output.0.url`.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from models.generators.recipe_tables import RecipeTable

# Placeholders of the request: image is a PNG file as a data URI, image_base64 is the base64 text without the
# URI's prefix.
REQUEST_NAMES = frozenset(
    {"prompt", "image", "image_base64", "seed", "width", "height", "frames", "fps", "pair_id"}
)
JsonPath = Annotated[str, Field(pattern=r"^[\w-]+(\.[\w-]+)*$")]
OptionalJsonPath = Annotated[str, Field(pattern=r"^([\w-]+(\.[\w-]+)*)?$")]
# A URL path with at least one JSON path in braces, such as /v1/query?task_id={task_id}.
UrlTemplate = Annotated[str, Field(pattern=r"^(/[^\s{}]*(\{[\w.-]+\}[^\s{}]*)+)?$")]


class Api(RecipeTable):
    """Table `[api]`: address and credentials of the service.

    Attributes:
        base: address of the service; https, or http on this machine.
        key_variable: environment variable with the key.
        authorization: value of the header `Authorization`; `{key}` is the key.
        headers: further headers of requests to the service.
        terms: address of the terms of use.
    """

    base: str = Field(pattern=r"^(https://[\w.-]+(:\d+)?|http://127\.0\.0\.1(:\d+)?)(/[\w./-]*)?$")
    key_variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    authorization: str = Field(default="Bearer {key}", pattern=r"\{key\}")
    headers: Mapping[str, str] = Field(default_factory=dict)
    terms: str = Field(default="", pattern=r"^(https://\S+)?$")


class Submit(RecipeTable):
    """Table `[submit]`: the POST request that starts a clip.

    Attributes:
        path: URL path of the request, which is appended to `base`.
        body: JSON body; strings may contain placeholders. A string that consists of one placeholder is
            replaced by the placeholder's value, so a number stays a number.
    """

    path: str = Field(pattern=r"^/\S*$")
    body: Mapping[str, JsonValue] = Field(min_length=1)


class Poll(RecipeTable):
    """Table `[poll]`: the GET request that reads the state of a clip.

    Attributes:
        url: JSON path to the address that is polled, in the answer to the `submit` request.
        path: used instead of `url` if the service returns an id. A URL path, which is appended to `base`; the
            braces contain JSON paths in the answer to the `submit` request.
        status: JSON path to the clip's state, in the answer to a `poll` request.
        running: states of a clip that is not finished.
        done: states of a finished clip. Every state that is neither in `running` nor in `done` is a failure.
        error: JSON path to the error message of a failed clip.
        interval_s: pause between two requests, in seconds.
    """

    url: OptionalJsonPath = ""
    path: UrlTemplate = ""
    status: JsonPath
    running: tuple[str, ...] = Field(min_length=1)
    done: tuple[str, ...] = Field(min_length=1)
    error: JsonPath = "error"
    interval_s: float = Field(default=5.0, gt=0, le=120)

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if bool(self.url) == bool(self.path):
            raise ValueError("set either url or path")
        return self


class Result(RecipeTable):
    """Table `[result]`: where the finished clip is.

    Attributes:
        url: JSON path to the address of the result, in the answer to `submit`. An empty text means that the
            last answer to `poll` contains the result.
        path: instead of `url`: URL path, which is appended to `base`; the braces contain JSON paths in the
            last answer to `poll`.
        video: JSON path to the address of the video, in the result.
    """

    url: OptionalJsonPath = ""
    path: UrlTemplate = ""
    video: JsonPath

    @model_validator(mode="after")
    def _has_at_most_one_address(self) -> Self:
        if self.url and self.path:
            raise ValueError("set either url or path")
        return self


class Price(RecipeTable):
    """Table `[price]`: the vendor's price.

    Attributes:
        per_clip: price of one clip.
        currency: code of the currency, such as USD.
        source: address where the vendor states the price.
    """

    per_clip: float = Field(ge=0)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    source: str = Field(pattern=r"^https://")


class HostedLimits(RecipeTable):
    """Table `[limits]`: limits on the time and the size of a clip.

    Attributes:
        clip_s: maximum time from the submission of a request to the last byte of the clip, in seconds.
        megabytes: maximum size of the video.
    """

    clip_s: float = Field(default=1800, gt=0, le=86400)
    megabytes: float = Field(default=200, gt=0)
