"""One simulated annotator, who sends the requests that a browser sends."""

import random
import re
from collections.abc import Iterable, Iterator

import httpx2

from app.simulation.knowledge import Knowledge, Shown
from app.simulation.profiles import Choosing, Profile
from benchmark.protocol import Choice, Justification, PlaybackKind, Side
from benchmark.wire.phases import ChoiceQuestion, NumberQuestion, Phases

# The time that an annotator spends on each page around the voting.
SECONDS_PER_PAGE = 45.0
# After this number of refused votes in a row, the annotator gives up.
_MAX_REFUSED = 3
_SPREAD = 0.35


class Participant:
    """Takes part in a study, one comparison at a time.

    Attributes:
        leaves_after: the number of votes after which the annotator leaves; None for an annotator who stays.
        votes, refused: the numbers of stored and of refused votes.
        seconds: the time that the annotator spends, as simulated.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        client: httpx2.Client,
        slug: str,
        invitation: str,
        phases: Phases | None,
        knowledge: Knowledge,
        seed: str,
        leaves_after: int | None,
    ) -> None:
        self.profile, self.invitation, self.leaves_after = profile, invitation, leaves_after
        self.votes = self.refused = 0
        self.seconds = 0.0
        self.has_left = False
        self._client, self._slug, self._phases, self._knowledge = client, slug, phases, knowledge
        self._chance = random.Random(seed)  # noqa: S311  # a simulation that a seed repeats
        self._opinions: dict[int, Side] = {}

    def take_part(self) -> Iterator[None]:
        """Go through the study; pause after each comparison, so that other annotators can take part."""
        page = self._client.get(f"/invite/{self.invitation}")
        while not self.has_left:
            step = page.url.path.rsplit("/", 1)[-1]
            if step in ("consent", "instructions", "quiz", "questionnaire"):
                page = self._answer_page(step, page.text)
                self.seconds += SECONDS_PER_PAGE
                self.refused += page.status_code >= 400
                self.has_left = self.refused == _MAX_REFUSED
                yield
            elif step == "finish" or page.status_code >= 400:
                return
            else:
                yield from self._judge()
                if self._phases is None or self.has_left:
                    return
                page = self._client.get(f"/studies/{self._slug}/vote")
                if page.url.path.endswith("/vote"):
                    return

    def _answer_page(self, step: str, html: str) -> httpx2.Response:
        path = f"/studies/{self._slug}/phases/{step}"
        fields: dict[str, object] = {}
        if step == "consent":
            statements = list(range(html.count('name="statements"')))
            fields = {"version": _field(html, "version"), "statements": statements}
        elif step == "quiz":
            token = _field(html, "token")
            fields = {"token": token, "choice": self._choice(self._knowledge.shown(token))}
            self._watch(token, self.profile.seconds, re.findall(r'<video[^>]*\ssrc="([^"]+)"', html))
        elif step == "questionnaire":
            fields = self._answers()
        answer = self._client.post(path, data=fields)
        # After the explanation of a quiz question or a refused quiz form, request the annotator's next page.
        return self._client.get(f"/studies/{self._slug}/phases") if "/quiz/" in answer.url.path else answer

    def _judge(self) -> Iterator[None]:
        refused = 0
        while refused < _MAX_REFUSED:
            answer = self._client.post(f"/api/v1/studies/{self._slug}/assignments", json={})
            if answer.status_code == 204 and self._knowledge.has_open_assignments():
                yield
                continue
            if answer.status_code != 200:
                return
            if self.votes == self.leaves_after:
                self.has_left = True
                return
            if self._vote(answer.json()):
                self.votes, refused = self.votes + 1, 0
            else:
                self.refused, refused = self.refused + 1, refused + 1
            yield
        self.has_left = True

    def _vote(self, card: dict[str, str]) -> bool:
        """Vote on an assignment; return whether the vote was stored."""
        shown = self._knowledge.shown(card["token"])
        seconds = self.profile.seconds * self._chance.lognormvariate(0, _SPREAD)
        self.seconds += seconds
        self._watch(card["token"], seconds, (card["left_url"], card["right_url"]))
        vote = {
            "choice": self._choice(shown),
            "justifications": self._reasons(),
            "decision_ms": round(1000 * seconds),
        }
        return self._client.post(f"/api/v1/assignments/{card['token']}/vote", json=vote).status_code == 201

    def _watch(self, token: str, seconds: float, clips: Iterable[str]) -> None:
        """Load the clips and report their playback, unless the annotator loads no clips."""
        if self.profile.loads_clips:
            for url in clips:
                self._client.get(url)
            self._client.post(f"/api/v1/assignments/{token}/playback", json=self._playback(seconds))

    def _playback(self, seconds: float) -> dict[str, object]:
        kind = PlaybackKind.COMPLETE if self.profile.watches else PlaybackKind.PAUSE
        events = [
            {"clip": clip, "kind": each, "at_ms": round(1000 * at), "position_ms": 0}
            for each, at in ((PlaybackKind.PLAY, 0.1), (kind, seconds / 2))
            for clip in Choice
        ]
        return {"view": self._chance.randrange(2**31), "first": 0, "events": events}

    def _choice(self, shown: Shown) -> Choice:
        profile, chance = self.profile, self._chance
        coin = chance.choice(tuple(Choice))
        if profile.choosing is Choosing.LEFT:
            return Choice.LEFT
        if profile.choosing is Choosing.RANDOM or (profile.choosing is Choosing.GOLD and not shown.is_gold):
            return coin
        if shown.is_gold:
            return shown.better if chance.random() < profile.gold_right else _other(shown.better)
        before = self._opinions.get(shown.comparison_id)
        if before is not None and chance.random() < profile.same_again:
            return Choice.LEFT if before is shown.left_side else Choice.RIGHT
        choice = shown.better if chance.random() < profile.agreement else _other(shown.better)
        self._opinions[shown.comparison_id] = (
            shown.left_side if choice is Choice.LEFT else shown.left_side.opposite
        )
        return choice

    def _reasons(self) -> list[Justification]:
        if not self.profile.varies_reasons:
            return [Justification.OVERALL_QUALITY]
        reasons = [each for each in Justification if self._chance.random() < 0.4]
        return reasons or [self._chance.choice(tuple(Justification))]

    def _answers(self) -> dict[str, object]:
        assert self._phases is not None
        assert self._phases.questionnaire is not None
        answers: dict[str, object] = {}
        for question in self._phases.questionnaire.questions:
            if isinstance(question, ChoiceQuestion):
                answers[question.key] = self._chance.choice(question.options)
            else:
                answers[question.key] = question.minimum if isinstance(question, NumberQuestion) else "-"
        return answers


def _other(choice: Choice) -> Choice:
    return Choice.RIGHT if choice is Choice.LEFT else Choice.LEFT


def _field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', html)
    return found[1] if found else ""
