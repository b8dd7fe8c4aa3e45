"""Readers of the results page can open every download of the page; nobody else can."""

import re

from fastapi.testclient import TestClient

from tests.app.results.page_voters import PAGE, fill_panels, signed_in
from tests.cast import Cast, Study


def download_links(client: TestClient) -> list[str]:
    page = client.get("/studies/motif-study/results").text
    links: list[str] = re.findall(r'href="([^"]*/exports/[^"]+)"', page)
    assert len(links) == 13
    return links


def test_every_link_gives_a_file(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)
    alice = signed_in(cast.context, cast.alice)

    for link in download_links(alice):
        answer = alice.get(link)
        assert answer.status_code == 200, link
        assert answer.content


def test_before_the_first_vote_there_is_nothing_to_download(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.alice).get("/studies/motif-study/results").text

    assert "/exports/" not in page
    assert "report.zip" not in page


def test_a_stranger_gets_none(cast: Cast, study: Study, client: TestClient) -> None:
    fill_panels(study, people=1)

    for link in download_links(signed_in(cast.context, cast.alice)):
        assert client.get(link, headers=PAGE).status_code == 401, link
