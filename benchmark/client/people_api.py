"""Sends the REST requests with which admins manage people and keys."""

from collections.abc import Sequence
from urllib.parse import quote

from benchmark.client.page_iterator import all_pages
from benchmark.client.transport import Transport
from benchmark.protocol import Role, Scope
from benchmark.wire.people import (
    CreatedKeyResponse,
    KeyRequest,
    KeyResponse,
    KeysResponse,
    PeopleResponse,
    PersonRequest,
    PersonResponse,
    SignInLinkResponse,
)
from benchmark.wire.validation import checked_request


class PersonApi:
    """The methods of `client.people`; all of them need an admin's key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, role: Role | None = None, disabled: bool | None = None) -> Sequence[PersonResponse]:
        """Return everybody with an account, sorted by name."""
        query = {"role": role, "disabled": _flag(disabled)}
        pages = all_pages(self._transport, "/people", PeopleResponse, query)
        return [row for page in pages for row in page.people]

    def create(self, name: str, role: Role) -> PersonResponse:
        """Add a person without keys."""
        request = checked_request(PersonRequest, name=name, role=role)
        return self._transport.post("/people", PersonResponse, request, repeatable=False)

    def sign_in_link(self, name: str) -> SignInLinkResponse:
        """Create a link that signs a person in; the link works once, in one browser."""
        return self._transport.post(f"{_path(name)}/sign-in-link", SignInLinkResponse, repeatable=False)

    def sign_out(self, name: str) -> PersonResponse:
        """Sign a person out of every browser; keys still work."""
        return self._transport.post(f"{_path(name)}/sign-out", PersonResponse)

    def disable(self, name: str) -> PersonResponse:
        """Disable a person: keys and browser sessions are refused until the person is enabled again."""
        return self._transport.post(f"{_path(name)}/disable", PersonResponse)

    def enable(self, name: str) -> PersonResponse:
        """Enable a disabled person: the server accepts the person's keys again."""
        return self._transport.post(f"{_path(name)}/enable", PersonResponse)


class KeyApi:
    """The methods of `client.keys`; all of them need an admin's key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, name: str | None = None, role: Role | None = None, active: bool | None = None
    ) -> Sequence[KeyResponse]:
        """Return all keys without their secrets, in the order of their creation.

        Args:
            name: return only the keys of this person.
            role: return only keys with this role.
            active: if True, return only keys that work; if False, return only revoked or expired keys.
        """
        query = {"name": name, "role": role, "active": _flag(active)}
        pages = all_pages(self._transport, "/keys", KeysResponse, query)
        return [row for page in pages for row in page.keys]

    def create(
        self, name: str, role: Role, *, days: int | None = None, scopes: Sequence[Scope] | None = None
    ) -> CreatedKeyResponse:
        """Create a key; create the person if nobody has this name.

        The server never shows the key's secret again.

        Args:
            name: the person who owns the key.
            role: the role of the person.
            days: days until the key expires; None means never.
            scopes: the scopes that the key is limited to; None means all scopes of the role.
        """
        request = checked_request(KeyRequest, name=name, role=role, days=days, scopes=scopes)
        return self._transport.post("/keys", CreatedKeyResponse, request, repeatable=False)

    def revoke(self, key_id: int) -> None:
        """Revoke a key permanently."""
        self._transport.delete(f"/keys/{key_id}", {})


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _path(name: str) -> str:
    return f"/people/{quote(name, safe='')}"
