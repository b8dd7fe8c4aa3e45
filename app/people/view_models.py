"""View models of the page of people and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from benchmark.protocol import Role, Scope
from benchmark.wire.people import KeyResponse, PersonResponse


@dataclass(frozen=True)
class PersonLine:
    """A person, and the actions that the page offers for this person.

    `number` identifies the person in URLs.
    """

    number: int
    person: PersonResponse
    is_self: bool

    @property
    def status(self) -> str:
        return "disabled" if self.person.disabled_at else "active"

    @property
    def url(self) -> str:
        return f"/people/{self.number}"

    @property
    def uses_browser(self) -> bool:
        return self.person.role is not Role.WORKER and self.person.disabled_at is None


@dataclass(frozen=True)
class KeyLine:
    key: KeyResponse
    now: datetime

    @property
    def status(self) -> str:
        if self.key.revoked_at:
            return "revoked"
        return "expired" if self.key.expires_at and self.key.expires_at <= self.now else "works"

    @property
    def revoke_url(self) -> str:
        return f"/people/keys/{self.key.id}/revoke"


@dataclass(frozen=True)
class PeopleFields:
    """The texts in the fields of the form that adds a person or a key.

    `form` is `person` or `key`. If `scopes` is empty, the key has all scopes (permissions) of its role.
    """

    form: str = ""
    name: str = ""
    role: str = Role.RESEARCHER
    days: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PeoplePage:
    """All people and keys, and the forms that add a person or a key.

    `nonce` identifies the next key. If a form was refused, `fields` has the submitted texts, and `problems`
    has a message for each wrong field.
    """

    people: tuple[PersonLine, ...]
    keys: tuple[KeyLine, ...]
    fields: PeopleFields
    nonce: str
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return "/people"

    @property
    def keys_url(self) -> str:
        return "/people/keys"

    def fields_of(self, form: str) -> PeopleFields:
        """Return the texts of a form: the submitted texts if this form was refused, otherwise empty texts."""
        return self.fields if self.fields.form == form else PeopleFields(form)

    def problem_of(self, id: str) -> str:
        """Return the message for the field with this HTML id, such as `key-days`; empty if there is none."""
        form, _, name = id.partition("-")
        return self.problems.get(name, "") if self.fields.form == form else ""

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(Role)

    @property
    def scopes(self) -> tuple[tuple[Scope, str], ...]:
        """Return each scope (permission) that a key can have, with the roles that allow the scope."""
        return tuple((scope, ", ".join(role for role in Role if scope in role.scopes)) for scope in Scope)


@dataclass(frozen=True)
class SecretPage:
    """A page that shows a new secret: a key or a sign-in link."""

    title: str
    note: str
    secret: str

    @property
    def back_url(self) -> str:
        return "/people"
