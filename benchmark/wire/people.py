"""Defines the types of people and their keys, which admins manage."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from benchmark.protocol import Role, Scope
from benchmark.wire.common import PageResponse, RequestModel, ResponseModel

MAX_PERSON_CHARS = 80
MAX_KEY_DAYS = 3650


def _printable(name: str) -> str:
    # Names are parts of paths, such as /people/{name}/disable.
    if not name.isprintable() or "/" in name or "\\" in name:
        raise ValueError("control characters and slashes are not allowed")
    return name


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_PERSON_CHARS),
    AfterValidator(_printable),
]


class PersonRequest(RequestModel):
    name: PersonName
    role: Role


class PersonResponse(ResponseModel):
    """A person.

    `keys` is the number of valid keys; `browsers` is the number of browsers in which the person is signed in.
    """

    name: str
    role: Role
    keys: int
    browsers: int
    created_at: datetime
    disabled_at: datetime | None


class PeopleResponse(PageResponse):
    people: list[PersonResponse]


class SignInLinkResponse(ResponseModel):
    """A link with which a person signs in once, in one browser."""

    link: str
    expires_at: datetime


def _different(scopes: object) -> object:
    if isinstance(scopes, (list, tuple)) and any(each in scopes[:place] for place, each in enumerate(scopes)):
        raise ValueError("name each scope once")
    return scopes


class KeyRequest(RequestModel):
    """A request for a key. If no person has this name, the request also creates the person, with this role.

    `days` is the number of days until the key expires; null means never. `scopes` limits the key; null means
    all scopes of the role.
    """

    name: PersonName
    role: Role
    days: Annotated[int, Field(ge=1, le=MAX_KEY_DAYS)] | None = None
    scopes: Annotated[frozenset[Scope], Field(min_length=1), BeforeValidator(_different)] | None = None

    @model_validator(mode="after")
    def _role_has_the_scopes(self) -> Self:
        if (self.scopes or frozenset()) - self.role.scopes:
            raise ValueError(f"a key of this role has the scopes {', '.join(sorted(self.role.scopes))}")
        return self


class KeyResponse(ResponseModel):
    """A key without its secret. `begins` contains the first characters of the secret."""

    id: int
    name: str
    role: Role
    begins: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedKeyResponse(KeyResponse):
    """A new key. `key` is the secret; the server cannot show the secret again."""

    key: str


class KeysResponse(PageResponse):
    keys: list[KeyResponse]
