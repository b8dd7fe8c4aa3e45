"""The page that lists the annotators of all studies of a person."""

import re

from tests.app.api.conftest import client_of
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import Actor, Cast, enter
from tests.page_text import text_of

PAGE = "/annotators"


def listed(cast: Cast, person: Actor, query: str = "") -> list[str]:
    """Return the addresses of the listed annotators' pages."""
    page = signed_in(cast.context, person).get(PAGE + query)
    assert page.status_code == 200
    return re.findall(r'<a href="(/studies/[^"/]*/annotators/[^"]*)"', page.text)


def test_an_owner_sees_the_annotators_of_own_studies_only(cast: Cast) -> None:
    fill_panels(cast.open_study("first"), people=2)
    enter(client_of(cast.context), cast.open_study("second"))

    of_alice = listed(cast, cast.alice)

    assert [each.split("/")[2] for each in of_alice] == ["second", "first", "first"]
    assert listed(cast, cast.ada) == of_alice
    assert listed(cast, cast.charlie) == []
    assert signed_in(cast.context, cast.alice).get(of_alice[0]).status_code == 200


def test_the_list_names_votes_and_status_and_has_a_filter(cast: Cast) -> None:
    alice = signed_in(cast.context, cast.alice)
    fill_panels(cast.open_study("first"), people=2)
    cast.open_study("second")
    name = listed(cast, cast.alice)[0].rpartition("/")[2]
    alice.post(f"/studies/first/annotators/{name}/exclude", data={"reason": "clicks at random"})

    words = text_of(alice.get(f"{PAGE}?text={name.upper()}").text)

    assert re.search(
        rf"1 annotator matches the filter, newest first.*{name} MotiF against two 12 .* excluded", words
    )
    assert len(listed(cast, cast.alice, "?text=FIRST")) == 2
    assert listed(cast, cast.alice, "?text=second") == []
    assert listed(cast, cast.alice, "?text=%25") == []


def test_deleted_studies_and_previews_are_left_out(cast: Cast) -> None:
    alice = signed_in(cast.context, cast.alice)
    fill_panels(cast.open_study("first"), people=1)
    alice.get(alice.post("/studies/first/preview", follow_redirects=False).headers["location"])
    assert len(listed(cast, cast.alice)) == 1

    alice.post("/studies/first/delete", data={"typed": "first"})

    assert listed(cast, cast.alice) == []
