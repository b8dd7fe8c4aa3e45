"""Watching: the gate before the choice, one clock for two clips, people who asked for less motion."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import expect

from benchmark.protocol import Choice, PlaybackKind, WatchGate
from tests.browser.booth import PATIENCE_MS, Booth
from tests.cast import Study


@pytest.fixture
def gated(sit_down: Callable[..., Booth], open_study: Callable[..., Study]) -> Booth:
    """An annotator in a study that asks to have both clips watched."""
    return sit_down(open_study(watch_gate=WatchGate.DELIVERED))


def test_the_choice_opens_when_both_clips_were_seen(gated: Booth) -> None:
    gated.page.locator("[data-part=speed]").click()  # half speed: time to look
    gated.wait_for_submit("Watch both clips first")
    gated.press("a")
    assert gated.chosen is None

    gated.wait_until_open()
    assert gated.page.locator(".seen[data-state=seen]").count() == 2
    assert gated.missing == "Choose A or B"


def test_a_screen_reader_is_told_when_the_choice_opens(gated: Booth) -> None:
    status = gated.page.locator("[data-part=choice-status]")
    gated.page.locator("[data-part=speed]").click()
    gated.wait_for_submit("Watch both clips first")
    assert status.inner_text() == ""
    gated.wait_until_open()
    assert status.inner_text() == "You can now choose A or B."

    gated.vote()

    assert status.get_attribute("role") == "status"
    assert status.inner_text() == "You can now choose A or B."


def test_a_watched_pair_can_be_voted_on(gated: Booth) -> None:
    token = gated.vote()

    assert [vote.token for vote in gated.votes()] == [token]


def test_both_clips_run_on_one_clock(booth: Booth) -> None:
    furthest_apart = booth.page.evaluate(
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


def test_a_clip_that_ran_away_is_caught(booth: Booth) -> None:
    apart = booth.page.evaluate(
        """async () => {
            const [a, b] = document.querySelectorAll('video');
            while (a.currentTime > 0.3) await new Promise(requestAnimationFrame);
            b.currentTime += 0.4;
            await new Promise((done) => setTimeout(done, 300));
            return Math.abs(a.currentTime - b.currentTime);
        }"""
    )

    assert apart < 0.5 / 8


def test_clips_play_from_memory(booth: Booth) -> None:
    sources = [video.get_attribute("src") or "" for video in booth.page.locator("video").all()]

    assert all(source.startswith("blob:") for source in sources)


def test_with_less_motion_asked_for_nothing_starts_by_itself(
    sit_down: Callable[..., Booth], open_study: Callable[..., Study]
) -> None:
    booth = sit_down(open_study(watch_gate=WatchGate.DELIVERED), reduced_motion="reduce")
    booth.wait_for_submit("Watch both clips first")
    booth.page.wait_for_timeout(500)
    assert booth.frame == "1 / 8"

    booth.press(*["ArrowRight"] * 7)

    booth.wait_until_open()
    assert booth.frame == "8 / 8"


def test_a_clip_that_does_not_load_is_said_and_loaded_again_on_demand(booth: Booth) -> None:
    booth.page.route("**/media/*/right", lambda route: route.abort())
    booth.page.reload()
    booth.wait_for_submit("Retry loading clip B")
    heads = [head.inner_text() for head in booth.page.locator(".seen span").all()]

    booth.page.unroute("**/media/*/right")
    booth.submit.click()

    booth.wait_until_open()
    assert heads[1] == "Did not load"


def test_a_lease_is_renewed_while_the_page_is_open(booth: Booth) -> None:
    booth.page.clock.install()
    booth.page.reload()
    booth.wait_until_open()
    before = booth.assignment(booth.token).expires_at
    with booth.page.expect_response(lambda answer: answer.url.endswith(f"{booth.token}/renew")):
        booth.page.clock.fast_forward("05:01")  # a third of the lease and a second

    assert booth.assignment(booth.token).expires_at > before


def test_the_ring_fills_before_it_closes(gated: Booth) -> None:
    gated.page.locator(".seen[data-state=watching]").first.wait_for(timeout=PATIENCE_MS)
    gated.press("Space")
    share = float((gated.page.locator(".arc").first.get_attribute("stroke-dasharray") or "0").split()[0])

    assert 0 < share < 100


def test_the_page_reports_the_playback_of_both_clips_with_the_vote(booth: Booth) -> None:
    booth.page.locator("[data-part=play]").click()  # the clips play at first, so this pauses them
    booth.page.locator("[data-part=next]").click()
    booth.page.locator("[data-part=play]").click()
    for seen in booth.page.locator(".seen").all():
        expect(seen).to_have_attribute("data-state", "seen", timeout=PATIENCE_MS)
    with booth.page.expect_response("**/playback"):
        token = booth.vote()

    events = booth.playback(token)

    assert {(event.clip, event.kind) for event in events} == set(product(Choice, PlaybackKind))
    first = [event.kind for event in events if event.clip is Choice.LEFT][:4]
    assert first[-3:] == [PlaybackKind.PAUSE, PlaybackKind.SEEK, PlaybackKind.PLAY]
    assert events[-1].kind is PlaybackKind.PAUSE  # the vote ends the playback
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert all(0 <= event.position_ms <= 1100 for event in events)
    assert [event.number for event in events] == list(range(len(events)))


def test_a_vote_does_not_wait_for_events_that_cannot_be_sent(booth: Booth) -> None:
    booth.page.route("**/playback", lambda route: route.abort())
    token = booth.vote()
    assert booth.playback(token) == []
    booth.page.unroute("**/playback")

    with booth.page.expect_response(lambda answer: token in answer.url):
        booth.vote()

    assert booth.playback(token)
