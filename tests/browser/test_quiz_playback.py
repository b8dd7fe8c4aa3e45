"""The playback events that a quiz question reports; its clips are native video players that loop."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.app.phases.conftest import WHOLE_WAY
from tests.app.voting.test_gold import with_gold
from tests.browser.quiz_playback import wait_for_playback
from tests.cast import Cast, Study

# The clips of the cast have eight frames and last one second. The event comes after frames of the next round.
DELAY_SEEKING = """
    document.addEventListener('seeking', async (event) => {
        if (!event.isTrusted) return;
        event.stopImmediatePropagation();
        for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
        event.target.dispatchEvent(new Event('seeking'));
    }, true);
"""


@pytest.fixture(scope="module")
def quiz(cast: Cast) -> Study:
    return with_gold(cast).open_study("quiz-playback", **WHOLE_WAY)


def open_quiz(page: Page, live_server: str, study: Study) -> str:
    """Open the first quiz question as a new annotator; return the token of the question."""
    page.goto(f"{live_server}/invite/{study.invite()[0]}")
    page.get_by_label("I am 18 years old or older.").check()
    page.get_by_label("I agree to take part.").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue: Practice").click()
    page.locator("#answer[data-mounted]").wait_for()
    return page.locator("[name=token]").input_value()


@pytest.mark.parametrize("is_late", [False, True])
def test_a_loop_is_no_seek_and_completes_the_clip(
    new_context: Callable[..., BrowserContext], live_server: str, quiz: Study, is_late: bool
) -> None:
    page = new_context().new_page()
    if is_late:
        page.add_init_script(DELAY_SEEKING)
    token = open_quiz(page, live_server, quiz)
    page.evaluate(
        """() => {
            const clip = document.querySelector('video');
            // On a busy machine the event must come before the end of the next round.
            for (const each of document.querySelectorAll('video')) each.playbackRate = 0.5;
            let rounds = 0;
            window.secondRound = new Promise((done) => {
                clip.addEventListener('seeking', () => { rounds += 1; if (rounds === 2) done(); });
            });
        }"""
    )

    page.get_by_role("button", name="Play both").click()
    page.evaluate("window.secondRound")

    reported = wait_for_playback(page, quiz, token, ("left", "complete"), ("right", "complete"))
    assert {kind for _clip, kind in reported} == {"play", "complete"}


def test_frames_that_a_seek_skips_were_not_shown(
    new_context: Callable[..., BrowserContext], live_server: str, quiz: Study
) -> None:
    page = new_context().new_page()
    token = open_quiz(page, live_server, quiz)
    page.evaluate(
        """async () => {
            const clip = document.querySelector('video');
            const frame = () => new Promise(requestAnimationFrame);
            while (clip.readyState < 4) await frame();  // no clip seeks to what is not loaded
            clip.playbackRate = 0.1;
            await clip.play();
            clip.currentTime = 7.5 / 8;
            await new Promise((done) => clip.addEventListener('seeked', done, { once: true }));
            for (let frames = 0; frames < 3; frames += 1) await frame();
            clip.pause();
        }"""
    )

    reported = wait_for_playback(page, quiz, token, ("left", "pause"))

    assert reported == [("left", "play"), ("left", "seek"), ("left", "pause")]


def test_a_pause_and_a_start_within_one_screen_frame_leave_one_loop(
    new_context: Callable[..., BrowserContext], live_server: str, quiz: Study
) -> None:
    page = new_context().new_page()
    open_quiz(page, live_server, quiz)
    before, after = page.evaluate(
        """async () => {
            let requests = 0;
            const real = requestAnimationFrame;
            const frame = () => new Promise((done) => { real(done); });
            window.requestAnimationFrame = (act) => { requests += 1; return real(act); };
            const inOneFrame = async () => {
                await frame();
                requests = 0;
                await frame();
                return requests;
            };
            const clip = document.querySelector('video');
            await clip.play();
            await frame();
            const before = await inOneFrame();
            for (let times = 0; times < 5; times += 1) {
                clip.pause();
                await clip.play();
            }
            await frame();
            return [before, await inOneFrame()];
        }"""
    )

    assert before == 1
    assert after == 1
