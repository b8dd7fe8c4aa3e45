"""The navigation: each person finds the sections that they may open, and sees which section is open."""

import re

import pytest
from fastapi.testclient import TestClient

from app.navigation import SECTIONS
from benchmark.protocol import Role
from tests.app.results.page_voters import signed_in
from tests.cast import Actor, Cast, Study, enter, make_actor


def sections(html: str) -> dict[str, str]:
    """Return the names of the linked sections and their `aria-current`."""
    found = re.search(r'<ul class="sections">(.*?)</ul>', html, re.DOTALL)
    links = re.findall(r'<a href="[^"]*"\s*(?:aria-current="(\w+)")?>([^<]+)</a>', found[1] if found else "")
    return {name: current for current, name in links}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESEARCHER, Role.ADMIN])
def test_every_section_that_a_person_sees_opens_and_is_marked(cast: Cast, role: Role) -> None:
    person = signed_in(cast.context, make_actor(cast.context, f"the {role}", role))

    wanted = [section for section in SECTIONS if role in section.roles]
    hidden = [section for section in SECTIONS if role not in section.roles]

    assert list(sections(person.get("/").text)) == [section.name for section in wanted]
    for section in wanted:
        page = person.get(section.url)
        assert page.status_code == 200
        assert {name for name, current in sections(page.text).items() if current} == {section.name}
        assert f"Signed in as the {role}" in page.text
    for section in hidden:
        assert person.get(section.url, headers={"Accept": "text/html"}).status_code in (403, 404)


def test_a_page_below_a_section_marks_its_section(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.get(f"/studies/{study.slug}/results").text

    assert sections(page)["Studies"] == "true"


def test_an_error_page_keeps_the_navigation(cast: Cast) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.get("/studies/no-such-study/results", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert "Studies" in sections(page.text)


def test_visitors_and_annotators_see_no_navigation(cast: Cast, study: Study, client: TestClient) -> None:
    assert sections(client.get("/").text) == {}
    assert sections(enter(client, study).get(f"/studies/{study.slug}/vote").text) == {}


def test_the_owners_preview_looks_as_it_does_to_an_annotator(cast: Cast, study: Study) -> None:
    alice: TestClient = signed_in(cast.context, cast.alice)

    assert sections(alice.post(f"/studies/{study.slug}/preview").text) == {}
    assert sections(alice.get(f"/studies/{study.slug}/vote").text) == {}


def test_a_researcher_sees_only_their_own_tasks(cast: Cast, study: Study) -> None:
    def rows(actor: Actor) -> str:
        return signed_in(cast.context, actor).get("/tasks").text

    assert study.slug in rows(cast.ada)
    assert study.slug not in rows(cast.bob)
