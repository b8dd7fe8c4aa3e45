"""Voting with a mouse: what Submit asks for, what is kept, what stays in its place."""

from collections.abc import Callable

from benchmark.protocol import Justification
from tests.browser.booth import PATIENCE_MS, Booth

STEADY = (".choose", ".tiles label", ".submit", "[data-part=play]", ".clip video", "[data-media=image]")


def test_a_vote_is_kept_with_its_side_and_reasons(booth: Booth) -> None:
    token = booth.token

    booth.side("B").click()
    booth.reason("Text alignment").click()
    booth.reason("Object motion").click()
    booth.submit.click()
    booth.wait_for_next(token)

    (vote,) = booth.votes()
    assert (vote.token, vote.choice) == (token, "right")
    assert vote.justifications == {Justification.TEXT_ALIGNMENT, Justification.OBJECT_MOTION}


def test_submit_says_what_is_missing(booth: Booth) -> None:
    said = [booth.missing]
    booth.side("A").click()
    said.append(booth.missing)
    booth.reason("Image alignment").click()
    said.append(booth.missing)

    assert said == ["Choose A or B", "Select at least one reason", "Submit"]


def test_submitting_too_early_sends_nothing_and_says_why(booth: Booth) -> None:
    booth.side("A").click()
    booth.submit.click(force=True)  # it looks disabled and still answers

    assert booth.notice.inner_text() == "Select at least one reason"
    assert booth.votes() == []


def test_the_reasons_ask_about_the_chosen_side(booth: Booth) -> None:
    legend = booth.page.locator(".why legend b")

    asked = [legend.inner_text()]
    for side in "AB":
        booth.side(side).click()
        asked.append(legend.inner_text())

    assert asked == ["Why is it better?", "Why is A better?", "Why is B better?"]


def test_nothing_moves_while_answering(booth: Booth) -> None:
    before = _places(booth)
    booth.side("A").click()
    booth.reason("Overall quality").click()

    assert _places(booth) == before


def test_the_page_counts_on_and_is_fresh_for_the_next_comparison(booth: Booth) -> None:
    counts = [booth.position]
    booth.vote()
    counts.append(booth.position)

    assert [count.split(" of ")[0] for count in counts] == ["1", "2"]
    assert (booth.chosen, booth.ticked) == (None, [])


def test_the_times_are_measured(booth: Booth) -> None:
    booth.page.wait_for_timeout(400)
    booth.vote()

    (vote,) = booth.votes()
    assert vote.decision_ms is not None
    assert vote.decision_ms >= 400
    assert vote.left_watched_ms is not None
    assert 100 <= vote.left_watched_ms <= vote.decision_ms


def test_the_last_vote_leads_to_the_thanks(booth: Booth) -> None:
    total = int(booth.position.split(" of ")[1])
    for _ in range(total - 1):
        booth.vote()
    booth.side("A").click()
    booth.reason("Text alignment").click()
    booth.submit.click()

    booth.page.get_by_role("heading", name="All done. Thank you.").wait_for()
    assert len(booth.votes()) == total


def test_the_next_comparison_loads_while_the_first_is_looked_at(booth: Booth) -> None:
    # Counted from before the reload: the clip ahead may arrive before this test comes to wait for it.
    loaded: list[str] = []
    booth.page.on(
        "response", lambda answer: loaded.append(answer.url) if answer.url.endswith("/right") else None
    )
    booth.page.reload()
    booth.wait_until_open()

    ahead = _soon(lambda: [url for url in loaded if booth.token not in url], booth)

    assert any(booth.token in url for url in loaded)
    assert ahead


def _soon(found: Callable[[], list[str]], booth: Booth) -> list[str]:
    """What `found` returns once it is not empty; empty after `PATIENCE_MS`."""
    for _ in range(PATIENCE_MS // 50):
        if found():
            break
        booth.page.wait_for_timeout(50)
    return found()


def _places(booth: Booth) -> list[object]:
    return [part.bounding_box() for name in STEADY for part in booth.page.locator(name).all()]
