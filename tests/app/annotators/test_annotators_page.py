"""The annotators' pages: permissions, contents, and the form that excludes an annotator."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.annotators.view_models import SortBy
from app.tables.submissions import VideoModel
from benchmark.protocol import VoteStatus
from tests.app.annotators.people import FIRST, SECOND, People
from tests.app.results.page_voters import PAGE, close, signed_in
from tests.cast import Cast
from tests.page_text import text_of

LIST = "/studies/motif-study/annotators"
ONE = f"{LIST}/{FIRST}"


def names_in(html: str) -> list[str]:
    return re.findall(r"/annotators/(annotator-\d+)\"", html)


@pytest.fixture
def people(cast: Cast) -> People:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=3))
    people.comes(votes=4)
    people.comes(votes=6, opinion=lambda assignment: assignment.left_side)
    return people


@pytest.fixture
def alice(people: People) -> TestClient:
    return signed_in(people.cast.context, people.cast.alice)


def test_every_annotator_has_a_row_with_numbers_and_intervals(alice: TestClient) -> None:
    words = text_of(alice.get(LIST).text)

    assert "2 annotators: no flags, 0 excluded." in words
    assert f"{SECOND} 6 no gold 100.0 % [61.0, 100.0]" in words  # Wilson, 6 of 6 on the left
    assert "nan" not in words.lower().replace("annotator", "")


def test_matchups_have_the_display_names_of_their_models(people: People, alice: TestClient) -> None:
    with people.cast.context.database.write() as session:
        names = {"motif": "MotiF", "cinemo": "Cinemo"}
        for slug, name in names.items():
            session.execute(update(VideoModel).where(VideoModel.slug == slug).values(name=name))

    words = text_of(alice.get(LIST).text)

    assert "MotiF / Cinemo" in words
    assert "motif" not in words.split("Sensitivity to annotators")[1]


def test_the_page_says_that_a_study_has_no_annotators(cast: Cast) -> None:
    cast.open_study()

    page = signed_in(cast.context, cast.alice).get(LIST)

    assert "Nobody has opened an invitation yet." in text_of(page.text)


def test_a_column_header_sorts_descending_and_then_ascending(alice: TestClient) -> None:
    head = f'href="{LIST}?sort=votes&amp;order=descending"'
    assert head in alice.get(LIST).text

    most_first = alice.get(f"{LIST}?sort=votes&order=descending").text

    assert names_in(most_first) == [SECOND, FIRST]
    assert 'aria-sort="descending"' in most_first
    assert f'href="{LIST}?sort=votes&amp;order=ascending"' in most_first
    assert names_in(alice.get(f"{LIST}?sort=votes&order=ascending").text) == [FIRST, SECOND]


@pytest.mark.parametrize("by", list(SortBy))
def test_every_column_can_be_ordered_by(alice: TestClient, by: SortBy) -> None:
    assert sorted(names_in(alice.get(f"{LIST}?sort={by}").text)) == [FIRST, SECOND]


def test_an_unknown_order_is_refused(alice: TestClient) -> None:
    assert alice.get(f"{LIST}?sort=luck").status_code == 422


@pytest.mark.parametrize("address", [LIST, ONE])
def test_the_page_is_404_for_a_stranger_even_if_the_study_is_closed(people: People, address: str) -> None:
    close(people.study, people.cast.alice)

    assert signed_in(people.cast.context, people.cast.charlie).get(address).status_code == 404


@pytest.mark.parametrize("address", [LIST, ONE])
def test_a_visitor_who_is_not_signed_in_gets_the_sign_in_form(
    people: People, client: TestClient, address: str
) -> None:
    assert client.get(address, headers=PAGE).status_code == 401


def test_the_page_of_an_unknown_annotator_is_404(alice: TestClient) -> None:
    answer = alice.get(f"{LIST}/annotator-999")

    assert (answer.status_code, "<h1>" in answer.text) == (404, True)


def test_the_form_excludes_and_reinstates_and_shows_the_history(people: People, alice: TestClient) -> None:
    out = alice.post(f"{ONE}/exclude", data={"reason": "a test account"})
    assert people.statuses(FIRST) == [VoteStatus.EXCLUDED] * 4
    back = alice.post(f"{ONE}/reinstate", data={"reason": "it was not"})

    assert "alice excluded 4 votes. Reason: “a test account”" in text_of(out.text)
    assert "alice reinstated 4 votes. Reason: “it was not”" in text_of(back.text)
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 4


def test_the_list_says_who_is_out_and_why(people: People, alice: TestClient) -> None:
    people.exclude(FIRST, "a <b>test</b> account")

    page = alice.get(LIST).text

    assert "excluded: a &lt;b&gt;test&lt;/b&gt; account" in page
    assert "1 excluded." in text_of(page)


def test_sending_the_form_twice_changes_nothing(people: People, alice: TestClient) -> None:
    alice.post(f"{ONE}/exclude", data={"reason": "a test account"})

    again = alice.post(f"{ONE}/exclude", data={"reason": "another reason"})

    assert again.status_code == 200
    assert "another reason" not in again.text
    assert people.differences() == []


@pytest.mark.parametrize("reason", ["", "   ", "too long " * 50])
def test_the_form_keeps_a_refused_reason(people: People, alice: TestClient, reason: str) -> None:
    answer = alice.post(f"{ONE}/exclude", data={"reason": reason})

    assert answer.status_code == 422
    assert f">{reason}</textarea>" in answer.text
    assert 'role="alert"' in answer.text
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 4


@pytest.mark.parametrize("verb", ["exclude", "reinstate"])
def test_a_stranger_cannot_send_the_form(people: People, verb: str) -> None:
    bob = signed_in(people.cast.context, people.cast.bob)

    assert bob.post(f"{ONE}/{verb}", data={"reason": "x"}).status_code == 404
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 4


@pytest.mark.parametrize("verb", ["exclude", "reinstate"])
def test_a_form_sent_from_another_site_is_refused(people: People, alice: TestClient, verb: str) -> None:
    answer = alice.post(f"{ONE}/{verb}", data={"reason": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert people.statuses(FIRST) == [VoteStatus.VALID] * 4


def test_an_annotator_who_left_is_shown_without_a_form(people: People, alice: TestClient) -> None:
    people.comes(votes=1).post("/studies/motif-study/withdraw")

    page = alice.get(f"{LIST}/annotator-003").text

    assert "left the study and withdrew all votes" in text_of(page)
    assert "<textarea" not in page


def test_the_page_states_the_sensitivity_to_annotators(alice: TestClient) -> None:
    words = text_of(alice.get(LIST).text)

    assert "Sensitivity to annotators" in words
    assert f"without {FIRST}" in words


def test_the_home_page_links_the_annotators_for_the_owner(people: People, alice: TestClient) -> None:
    close(people.study, people.cast.alice)
    bob = signed_in(people.cast.context, people.cast.bob)

    assert f'href="{LIST}"' in alice.get("/").text
    assert f'href="{LIST}"' not in bob.get("/").text
