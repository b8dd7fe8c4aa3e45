"""Hostile texts in the address, query or form fields of a page never cause status 500."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx2 import Response

from app.page_routers import PAGES
from tests.app.api.hostile import END_OF_PLAY, World, quoted, world_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast

HOSTILE_PARTS = (
    *(
        "..",
        "a" * 43,
        "0" * 64,
        "a" * 300,
        "x\x00y",
        "\ufffd\udcff",
        "\u202e",
        "'; --",
        "{{7*7}}",
        "%s",
        "\n",
    ),
    *("2147483648", "9223372036854775808", "-1", "1e9", "NaN"),
)
PARAMETER = re.compile(r"{(\w+)[^}]*}")


@pytest.fixture
def world(either_cast: Cast) -> World:
    return world_of(either_cast)


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.full_size)], ids=["part", "all"])
def test_no_page_or_form_is_a_500(world: World, step: int) -> None:
    """With `part`, each page gets every third hostile text; the next page starts with the next text."""
    pages = _pages()
    assert any(page.query for page in pages)
    assert any(page.form for page in pages)
    for number, page in enumerate(pages):
        if page.path.endswith(END_OF_PLAY):
            continue
        for hostile in HOSTILE_PARTS[number % step :: step]:
            for victim in PARAMETER.findall(page.path) or [""]:
                answer = _ask_page(world, page, _address(world, page.path, victim, hostile), hostile)
                assert answer.status_code < 500, (page, hostile, answer.text)


@dataclass(frozen=True)
class Page:
    """A route of a page, with the parameter names of its query and of its form."""

    method: str
    path: str
    query: tuple[str, ...]
    form: tuple[str, ...]


def _pages() -> list[Page]:
    return [
        Page(
            method,
            route.path,
            tuple(each.name for each in route.dependant.query_params),
            tuple(each.name for each in route.dependant.body_params),
        )
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def _address(world: World, path: str, victim: str, hostile: str) -> str:
    """Fill the parameters of a path with existing names, and the parameter `victim` with the hostile text."""
    there_is = {
        "token": world.known["token"][0],
        "slug": world.known.get(f"/{path.split('/')[1]}", [BENCHMARK])[0],
        "pair_id": PAIR_IDS[0],
        "submission_id": world.open_submission,
        "stands": "left",
        "sha256": "0" * 64,
    }
    parts = there_is | {victim: hostile}
    return PARAMETER.sub(lambda found: quoted(parts.get(found[1], "1")), path)


def _ask_page(world: World, page: Page, address: str, hostile: str) -> Response:
    """Put the hostile text into the query and into every field; send every second text as multipart."""
    query = "&".join(f"{name}={quoted(hostile)}" for name in page.query)
    form: dict[str, Any] = {
        "content": "&".join(f"{name}={quoted(hostile)}" for name in page.form),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }
    if HOSTILE_PARTS.index(hostile) % 2:
        raw = hostile.encode("utf-8", "surrogatepass")
        form = {"files": dict.fromkeys(page.form, (None, raw)), "headers": {}}
    form["headers"] |= {"Accept": "text/html"}
    return world.client.request(
        page.method, f"{address}?{query}", **(form if page.form else {}), follow_redirects=False
    )
