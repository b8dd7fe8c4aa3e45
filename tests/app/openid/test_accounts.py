"""How the server maps an account of the provider to a person."""

import pytest
from sqlalchemy import select

from app.tables.people import ExternalIdentity, Person
from benchmark.protocol import Role
from tests.app.api.conftest import client_of
from tests.app.openid.conftest import Install
from tests.app.openid.openid_server import Claims, OpenIdServer
from tests.app.openid.sign_in_browser import come_back, people
from tests.cast import make_actor


@pytest.mark.parametrize("role", ["none", "viewer", "researcher"])
def test_a_setting_decides_about_new_people(install: Install, provider: OpenIdServer, role: str) -> None:
    provider.account = {"sub": "new", "email": "new@example.org", "email_verified": True}
    context = install(openid_new_role=role)

    answer = come_back(client_of(context), provider)

    if role == "none":
        assert (answer.status_code, "Ask an admin" in answer.text) == (401, True)
        assert "new@example.org" not in people(context)
    else:
        assert answer.status_code == 303
        assert people(context)["new@example.org"] == Role(role)


def test_who_is_not_connected_with_a_person(install: Install, provider: OpenIdServer) -> None:
    context = install(openid_new_role="viewer")
    make_actor(context, "worker@example.org", Role.WORKER)
    accounts: list[Claims] = [
        {"sub": "2", "email": "alice@example.org", "email_verified": False},
        {"sub": "2", "email": None},
        {"sub": "2", "email": "worker@example.org", "email_verified": True},
        {"sub": "2", "email": "a/b@example.org", "email_verified": True},
        {"sub": "2", "email": f"{'x' * 80}@example.org", "email_verified": True},
    ]
    for account in accounts:
        provider.account = account
        assert come_back(client_of(context), provider).status_code == 401, account
    provider.account = accounts[2]
    assert "is a worker" in come_back(client_of(context), provider).text
    provider.account = {"sub": "1", "email": "alice@example.org", "email_verified": True}
    assert come_back(client_of(context), provider).status_code == 303
    # A second account with the same address is somebody else.
    provider.account = provider.account | {"sub": "2"}
    assert come_back(client_of(context), provider).status_code == 401

    with context.database.write() as session:
        assert [row.subject for row in session.scalars(select(ExternalIdentity))] == ["1"]
        person = session.scalars(select(Person).where(Person.name == "Alice@Example.org")).one()
        person.disabled_at = person.created_at
    provider.account = provider.account | {"sub": "1"}
    disabled = come_back(client_of(context), provider)
    assert (disabled.status_code, "disabled" in disabled.text) == (401, True)


def test_of_two_people_with_the_same_address_only_an_enabled_one_signs_in(
    install: Install, provider: OpenIdServer
) -> None:
    context = install()
    make_actor(context, "alice@example.org", Role.VIEWER)

    refusal = come_back(client_of(context), provider)
    with context.database.write() as session:
        person = session.scalars(select(Person).where(Person.name == "Alice@Example.org")).one()
        person.disabled_at = person.created_at
    answer = come_back(client_of(context), provider)

    assert (refusal.status_code, "Several people" in refusal.text) == (401, True)
    assert answer.status_code == 303
    with context.database.read() as session:
        name = session.scalar(select(Person.name).join(ExternalIdentity))
    assert name == "alice@example.org"
