"""Watching: the gate before the choice, one clock for two clips, people who asked for less motion."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import expect

from benchmark.protocol import Choice, PlaybackKind, WatchGate
from tests.browser.voting_page import PATIENCE_MS, VotingPage
from tests.cast import Study


@pytest.fixture
def gated(open_voting_page: Callable[..., VotingPage], open_study: Callable[..., Study]) -> VotingPage:
    """An annotator in a study that asks to have both clips watched."""
    return open_voting_page(open_study(watch_gate=WatchGate.DELIVERED))


def test_the_choice_opens_when_both_clips_were_seen(gated: VotingPage) -> None:
    gated.page.locator("[data-part=speed]").click()  # half speed: time to look
    gated.wait_for_submit("Watch both clips first")
    gated.press("a")
    assert gated.chosen is None

    gated.wait_until_open()
    assert gated.page.locator(".seen[data-state=seen]").count() == 2
    assert gated.missing == "Choose A or B"


def test_a_screen_reader_is_told_when_the_choice_opens(gated: VotingPage) -> None:
    status = gated.page.locator("[data-part=choice-status]")
    gated.page.locator("[data-part=speed]").click()
    gated.wait_for_submit("Watch both clips first")
    assert status.inner_text() == ""
    gated.wait_until_open()
    assert status.inner_text() == "You can now choose A or B."

    gated.vote()

    assert status.get_attribute("role") == "status"
    assert status.inner_text() == "You can now choose A or B."


def test_a_watched_pair_can_be_voted_on(gated: VotingPage) -> None:
    token = gated.vote()

    assert [vote.token for vote in gated.votes()] == [token]


def test_both_clips_run_on_one_clock(voting_page: VotingPage) -> None:
    furthest_apart = voting_page.page.evaluate(
        """async () => {
            const [a, b] = document.querySelectorAll('video');
            let worst = 0;
            for (let look = 0; look < 90; look += 1) {
                await new Promise(requestAnimationFrame);
                if (a.seeking || b.seeking) continue;
                worst = Math.max(worst, Math.abs(a.currentTime - b.currentTime));
            }
            return worst;
        }"""
    )

    assert furthest_apart < 0.5 / 8  # half a frame


def test_a_clip_that_ran_away_is_caught(voting_page: VotingPage) -> None:
    apart = voting_page.page.evaluate(
        """async () => {
            const [a, b] = document.querySelectorAll('video');
            while (a.currentTime > 0.3) await new Promise(requestAnimationFrame);
            b.currentTime += 0.4;
            await new Promise((done) => setTimeout(done, 300));
            return Math.abs(a.currentTime - b.currentTime);
        }"""
    )

    assert apart < 0.5 / 8


def test_clips_play_from_memory(voting_page: VotingPage) -> None:
    sources = [video.get_attribute("src") or "" for video in voting_page.page.locator("video").all()]

    assert all(source.startswith("blob:") for source in sources)


def test_with_less_motion_asked_for_nothing_starts_by_itself(
    open_voting_page: Callable[..., VotingPage], open_study: Callable[..., Study]
) -> None:
    voting_page = open_voting_page(open_study(watch_gate=WatchGate.DELIVERED), reduced_motion="reduce")
    voting_page.wait_for_submit("Watch both clips first")
    voting_page.page.wait_for_timeout(500)
    assert voting_page.frame == "1 / 8"

    voting_page.press(*["ArrowRight"] * 7)

    voting_page.wait_until_open()
    assert voting_page.frame == "8 / 8"


def test_a_clip_that_does_not_load_is_said_and_loaded_again_on_demand(voting_page: VotingPage) -> None:
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


def test_the_ring_fills_before_it_closes(gated: VotingPage) -> None:
    gated.page.locator(".seen[data-state=watching]").first.wait_for(timeout=PATIENCE_MS)
    gated.press("Space")
    share = float((gated.page.locator(".arc").first.get_attribute("stroke-dasharray") or "0").split()[0])

    assert 0 < share < 100


def test_the_page_reports_the_playback_of_both_clips_with_the_vote(voting_page: VotingPage) -> None:
    voting_page.page.locator("[data-part=play]").click()  # the clips play at first, so this pauses them
    voting_page.page.locator("[data-part=next]").click()
    voting_page.page.locator("[data-part=play]").click()
    for seen in voting_page.page.locator(".seen").all():
        expect(seen).to_have_attribute("data-state", "seen", timeout=PATIENCE_MS)
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
