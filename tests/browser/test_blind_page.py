"""A script or browser extension sees the same values for both clips, whichever model made them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Response

from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from benchmark.protocol import RenditionRecipe
from tests.app.security.other_submissions import twin_submission, unlike_submission
from tests.browser.voting_page import VotingPage
from tests.cast import Cast, Study

ASSIGNMENTS = 4
OF_THE_REQUEST = {"x-request-id"}
# What a page's script can read of the clip: its element, and how it was loaded.
READ = """([side, path]) => {
  const article = document.querySelector(`article[data-side=${side}]`);
  const video = article.querySelector("video");
  const loads = performance.getEntriesByType("resource").filter(each => each.name.endsWith(path));
  return {
    markup: article.outerHTML,
    video: [video.videoWidth, video.videoHeight, video.duration, video.readyState, video.networkState],
    buffered: Array.from({length: video.buffered.length}, (_, n) => video.buffered.end(n)),
    loads: loads.map(each => [each.initiatorType, each.transferSize, each.encodedBodySize,
                              each.decodedBodySize, each.nextHopProtocol, each.responseStatus]),
  };
}"""

# On a busy machine, one clip is decoded before the other.
DECODED = "[...document.querySelectorAll('article[data-side] video')].every(each => each.readyState === 4)"


class Traffic:
    """The requests for clips and the responses, in order."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("response", lambda response: self.responses.append(response))

    def of(self, token: str, side: str) -> list[object]:
        end = f"/media/{token}/{side}"
        sent: list[object] = [
            (each.method, each.resource_type, each.all_headers())
            for each in self.requests
            if each.url.endswith(end)
        ]
        for each in self.responses:
            if each.url.endswith(end):
                headers = [header for header in each.headers_array() if header["name"] not in OF_THE_REQUEST]
                sent.append((each.status, headers))
        return sent


def seen(page: Page, token: str, side: str) -> dict[str, object]:
    """Return the values that a script can read of a clip, without the name of the side."""
    found: dict[str, object] = page.evaluate(READ, [side, f"/media/{token}/{side}"])
    letter = {"left": "A", "right": "B"}[side]
    # How far the annotator has watched depends on the moment, not on the clip.
    markup = re.sub(r'<p class="seen".*?</p>', "", str(found["markup"]), flags=re.DOTALL)
    markup = re.sub(r"blob:[^\"]+", "BLOB", markup)
    markup = markup.replace(token, "TOKEN").replace(side, "SIDE")
    return found | {"markup": re.sub(rf"\b{letter}\b|\b{letter.lower()}\b", "LETTER", markup)}


@pytest.fixture(params=["unlike", "twin"])
def blind_page(
    request: pytest.FixtureRequest,
    cast: Cast,
    open_study: Callable[..., Study],
    open_voting_page: Callable[..., VotingPage],
    tmp_path: Path,
) -> VotingPage:
    """The voting page of a study with very different clips, or with the same clips under another name."""
    if request.param == "unlike":
        cast.submission_ids["other"] = unlike_submission(cast, tmp_path)
    else:
        cast.submission_ids["other"] = twin_submission(cast)
    study = open_study(others=["other"], renditions=RenditionRecipe.NORMALISED)
    TaskRunner(cast.context, TASK_HANDLERS).run_waiting()
    return open_voting_page(study)


def test_scripts_and_traffic_do_not_tell_the_sides_apart(blind_page: VotingPage) -> None:
    traffic = Traffic(blind_page.page)
    blind_page.page.reload()
    for _ in range(ASSIGNMENTS):
        blind_page.wait_until_open()
        blind_page.page.wait_for_function(DECODED)
        token = blind_page.token

        assert seen(blind_page.page, token, "left") == seen(blind_page.page, token, "right")
        assert traffic.of(token, "left") == traffic.of(token, "right") != []

        blind_page.vote()
