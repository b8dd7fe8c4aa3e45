"""Watching clips: the watch gate, synchronous playback, and the browser setting for reduced motion."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import expect

from benchmark.protocol import Choice, PlaybackKind, WatchGate
from tests.browser.voting_page import VotingPage
from tests.cast import Study


@pytest.fixture
def gated(open_voting_page: Callable[..., VotingPage], open_study: Callable[..., Study]) -> VotingPage:
    """A voting page with a watch gate: the annotator must watch both clips before the choice."""
    return open_voting_page(open_study(watch_gate=WatchGate.DELIVERED))


@pytest.fixture
def calm(open_voting_page: Callable[..., VotingPage], open_study: Callable[..., Study]) -> VotingPage:
    """A voting page with a watch gate in a browser with reduced motion, where no clip starts by itself."""
    return open_voting_page(open_study(watch_gate=WatchGate.DELIVERED), reduced_motion="reduce")


def test_the_choice_opens_when_both_clips_were_seen(calm: VotingPage) -> None:
    calm.wait_for_submit("Watch both clips first")
    calm.press("a")
    assert calm.chosen is None
    calm.press("Space")

    calm.wait_until_open()
    assert calm.page.locator(".seen[data-state=seen]").count() == 2
    assert calm.missing == "Choose A or B"


def test_a_screen_reader_is_told_when_the_choice_opens(calm: VotingPage) -> None:
    status = calm.page.locator("[data-part=choice-status]")
    token = calm.token
    for _ in range(2):
        calm.wait_for_submit("Watch both clips first")
        assert status.inner_text() == ""
        calm.press("Space")
        calm.wait_until_open()
        assert status.inner_text() == "You can now choose A or B."
        calm.press("a", "2", "Enter")
        calm.wait_for_other(token)
        token = calm.token

    assert status.get_attribute("role") == "status"


def test_a_watched_pair_can_be_voted_on(gated: VotingPage) -> None:
    token = gated.vote()

    assert [vote.token for vote in gated.votes()] == [token]


def test_both_clips_run_on_one_clock(voting_page: VotingPage) -> None:
    """If the clips are not synchronous in a screen frame, the page corrects this before the next frame."""
    voting_page.page.locator("[data-part=speed]").click()  # half speed: a seek on a busy machine takes long
    longest_apart = voting_page.page.evaluate(
        """async () => {
            const [a, b] = document.querySelectorAll('video');
            let apart = 0;
            let longest = 0;
            for (let look = 0; look < 90; look += 1) {
                await new Promise(requestAnimationFrame);
                const isApart = Math.abs(a.currentTime - b.currentTime) >= 0.5 / 8;  // half a frame
                apart = isApart && !a.seeking && !b.seeking ? apart + 1 : 0;
                longest = Math.max(longest, apart);
            }
            return longest;
        }"""
    )

    assert longest_apart <= 1


def test_a_clip_that_ran_away_is_caught(voting_page: VotingPage) -> None:
    """The clips become synchronous before their end; after the end, they start again together in any case."""
    voting_page.page.locator("[data-part=speed]").click()  # half speed: time to catch it
    is_caught = voting_page.page.evaluate(
        """async () => {
            const [a, b] = document.querySelectorAll('video');
            while (a.currentTime > 0.3) await new Promise(requestAnimationFrame);
            b.currentTime += 0.4;
            for (let before = 0; a.currentTime >= before; await new Promise(requestAnimationFrame)) {
                if (Math.abs(a.currentTime - b.currentTime) < 0.5 / 8) return true;
                before = a.currentTime;
            }
            return false;
        }"""
    )

    assert is_caught


def test_clips_play_from_memory(voting_page: VotingPage) -> None:
    sources = [video.get_attribute("src") or "" for video in voting_page.page.locator("video").all()]

    assert all(source.startswith("blob:") for source in sources)


def test_with_less_motion_asked_for_nothing_starts_by_itself(
    calm: VotingPage,
) -> None:
    calm.page.add_init_script("addEventListener('play', () => { window.hasPlayed = true; }, true)")
    calm.page.reload()
    calm.wait_for_submit("Watch both clips first")
    assert calm.frame == "1 / 8"

    calm.press(*["ArrowRight"] * 7)

    calm.wait_until_open()
    assert calm.frame == "8 / 8"
    assert calm.page.evaluate("window.hasPlayed") is None


def test_a_clip_that_does_not_load_is_reported_and_loaded_again_on_request(voting_page: VotingPage) -> None:
    voting_page.page.route("**/media/*/right", lambda route: route.abort())
    voting_page.page.reload()
    voting_page.wait_for_submit("Retry loading clip B")
    heads = [head.inner_text() for head in voting_page.page.locator(".seen span").all()]

    voting_page.page.unroute("**/media/*/right")
    voting_page.submit.click()

    voting_page.wait_until_open()
    assert heads[1] == "Did not load"


def test_a_lease_is_renewed_while_the_page_is_open(voting_page: VotingPage) -> None:
    voting_page.page.clock.install()
    voting_page.page.reload()
    voting_page.wait_until_open()
    before = voting_page.assignment(voting_page.token).expires_at
    with voting_page.page.expect_response(lambda answer: answer.url.endswith(f"{voting_page.token}/renew")):
        voting_page.page.clock.fast_forward("05:01")  # a third of the lease and a second

    assert voting_page.assignment(voting_page.token).expires_at > before


def test_the_ring_fills_before_it_closes(calm: VotingPage) -> None:
    calm.wait_for_submit("Watch both clips first")
    calm.press(*["ArrowRight"] * 3)

    expect(calm.page.locator(".arc").first).to_have_attribute("stroke-dasharray", "50 100")
    assert calm.page.locator(".seen[data-state=watching]").count() == 2


def test_the_page_reports_the_playback_of_both_clips_with_the_vote(voting_page: VotingPage) -> None:
    voting_page.page.locator("[data-part=play]").click()  # the clips play at first, so this pauses them
    voting_page.page.locator("[data-part=next]").click()
    voting_page.page.locator("[data-part=play]").click()
    for seen in voting_page.page.locator(".seen").all():
        expect(seen).to_have_attribute("data-state", "seen")
    with voting_page.page.expect_response("**/playback"):
        token = voting_page.vote()

    events = voting_page.playback(token)

    assert {(event.clip, event.kind) for event in events} == set(product(Choice, PlaybackKind))
    first = [event.kind for event in events if event.clip is Choice.LEFT][:4]
    assert first[-3:] == [PlaybackKind.PAUSE, PlaybackKind.SEEK, PlaybackKind.PLAY]
    assert events[-1].kind is PlaybackKind.PAUSE  # the vote ends the playback
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert all(0 <= event.position_ms <= 1100 for event in events)
    assert [event.number for event in events] == list(range(len(events)))


def test_a_vote_does_not_wait_for_events_that_cannot_be_sent(voting_page: VotingPage) -> None:
    voting_page.page.route("**/playback", lambda route: route.abort())
    token = voting_page.vote()
    assert voting_page.playback(token) == []
    voting_page.page.unroute("**/playback")

    with voting_page.page.expect_response(lambda answer: token in answer.url):
        voting_page.vote()

    assert voting_page.playback(token)
