"""The steps of a browser during a sign-in with a provider."""

from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.context import AppContext
from app.tables.people import Person
from benchmark.protocol import Role
from tests.app.openid.openid_server import OpenIdServer

PAGE = {"Accept": "text/html"}


def come_back(browser: TestClient, provider: OpenIdServer, target: str = "/") -> Response:
    """Start at our server, sign in at the provider, and return; do not follow the last redirect."""
    begun = browser.get("/openid/start", params={"target": target}, follow_redirects=False, headers=PAGE)
    assert begun.status_code == 303, begun.text
    return follow(browser, provider.authorize(begun.headers["location"]))


def follow(browser: TestClient, address: str) -> Response:
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}", follow_redirects=False, headers=PAGE)


def is_signed_in(browser: TestClient) -> bool:
    return browser.get("/api/v1/tasks").status_code == 200


def people(context: AppContext) -> dict[str, Role]:
    with context.database.read() as session:
        return {row.name: row.role for row in session.scalars(select(Person))}
