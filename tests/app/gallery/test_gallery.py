"""The gallery shows the images of a benchmark to everybody; its filters work without JavaScript."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select

from app.tables.bench import Pair
from tests.app.results.page_voters import PAGE, signed_in
from tests.cast import PAIR_IDS, Cast, make_submission


@pytest.fixture
def visitor(client: TestClient) -> TestClient:
    client.headers.update(PAGE)
    return client


def pictures_of(page: str) -> list[str]:
    return re.findall(r'src="(/thumbnails/[^"]+)"', page)


def test_every_image_appears_once_with_all_its_texts(cast: Cast, visitor: TestClient) -> None:
    page = visitor.get("/gallery/tiny").text

    assert len(pictures_of(page)) == len(set(pictures_of(page))) == 3
    assert "6 pairs" in page
    for pair_id in PAIR_IDS:
        assert f"/gallery/tiny/{pair_id}" in page


def test_pictures_wait_until_they_are_scrolled_to(cast: Cast, visitor: TestClient) -> None:
    page = visitor.get("/gallery/tiny").text

    assert page.count('loading="lazy"') == 3


def chosen_options(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]*)"\s+selected', page)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("scenario=boat", "2 of 6 pairs"),
        ("text=RISES", "3 of 6 pairs"),
        ("text=rises&scenario=kite", "2 of 6 pairs"),
        ("text=", "6 pairs"),
        ("text=%20rises%20", "3 of 6 pairs"),
    ],
)
def test_filters(cast: Cast, visitor: TestClient, query: str, shown: str) -> None:
    assert shown in visitor.get(f"/gallery/tiny?{query}").text


def test_a_hard_case_can_be_asked_for_where_the_benchmark_names_them(cast: Cast, visitor: TestClient) -> None:
    assert "Hard case" not in visitor.get("/gallery/tiny").text
    with cast.context.database.write() as session:
        session.scalars(select(Pair).where(Pair.name == PAIR_IDS[0])).one().tags = {"hard_case": "new_object"}

    page = visitor.get("/gallery/tiny?hard_case=new_object").text

    assert "1 of 6 pairs" in page
    assert chosen_options(page) == ["new_object"]


def test_the_form_keeps_what_was_typed_and_escapes_it(cast: Cast, visitor: TestClient) -> None:
    page = visitor.get("/gallery/tiny", params={"text": '"><b>x', "scenario": "boat"}).text

    assert "No pairs match this filter." in page
    assert 'value="&#34;&gt;&lt;b&gt;x"' in page
    assert chosen_options(page) == ["boat"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/gallery/nothing", 404),
        ("/gallery/tiny/nothing", 404),
        ("/gallery/TINY", 422),
        ("/gallery/tiny?text=" + 201 * "x", 422),
        ("/gallery/tiny/a%00b", 422),
        ("/gallery/tiny/..%2f..%2fetc", 404),
        ("/thumbnails/" + 64 * "0" + "-240.webp", 404),
        ("/thumbnails/" + 64 * "0" + "-241.webp", 404),
        ("/thumbnails/x-240.webp", 422),
    ],
)
def test_a_wrong_address_is_a_clean_page(cast: Cast, visitor: TestClient, address: str, status: int) -> None:
    answer = visitor.get(address)

    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_a_picture_is_a_small_webp_that_browsers_keep(cast: Cast, visitor: TestClient) -> None:
    address = pictures_of(visitor.get("/gallery/tiny").text)[0]

    first, again = visitor.get(address), visitor.get(address)

    assert first.headers["content-type"] == "image/webp"
    assert "immutable" in first.headers["cache-control"]
    assert Image.open(io.BytesIO(first.content)).size == (64, 64)  # never wider than the image is
    assert again.content == first.content


def test_a_picture_is_made_once(cast: Cast, visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = pictures_of(visitor.get("/gallery/tiny").text)[0]
    visitor.get(address)
    # From here on, no image can be opened; existing thumbnails are served from the store.
    monkeypatch.setattr(cast.context.sandbox, "run", None)

    assert visitor.get(address).status_code == 200


def test_a_visitor_sees_a_pair_without_models(cast: Cast, visitor: TestClient) -> None:
    page = visitor.get(f"/gallery/tiny/{PAIR_IDS[0]}").text

    assert "it moves to the left" in page
    assert "<video" not in page
    assert not re.search("motif|cinemo|dynamicrafter", page)


def test_a_signed_in_person_sees_the_final_clips_that_are_theirs_to_see(cast: Cast) -> None:
    make_submission(cast.context, cast.alice, model="seine", final=False)
    stranger = signed_in(cast.context, cast.charlie).get(f"/gallery/tiny/{PAIR_IDS[0]}").text
    assert "<video" not in stranger

    page = signed_in(cast.context, cast.alice).get(f"/gallery/tiny/{PAIR_IDS[0]}").text

    assert re.findall("<h3>(.*)</h3>", page) == ["motif", "cinemo", "dynamicrafter"]
    assert page.count("<video") == page.count('poster="/') == 3
    assert "autoplay" not in page


def test_a_pair_links_its_neighbours_and_pairs_of_the_same_image(cast: Cast, visitor: TestClient) -> None:
    page = visitor.get(f"/gallery/tiny/{PAIR_IDS[1]}").text

    assert f'rel="prev" href="/gallery/tiny/{PAIR_IDS[0]}"' in page
    assert f'rel="next" href="/gallery/tiny/{PAIR_IDS[2]}"' in page
    assert "Other prompts for this image" in page
