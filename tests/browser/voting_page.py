"""The voting page in a browser: its texts and its controls."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from sqlalchemy import select

from app.tables.playback import PlaybackEvent
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, Vote
from benchmark.protocol import Justification
from tests.cast import Study


@dataclass(frozen=True)
class VotingPage:
    """The voting page of one annotator."""

    page: Page
    study: Study

    @property
    def submit(self) -> Locator:
        return self.page.locator(".submit:visible")

    @property
    def missing(self) -> str:
        """The text of Submit, which names the next step."""
        return self.submit.locator("span").inner_text()

    @property
    def prompt(self) -> str:
        return self.page.locator("[data-part=prompt]").inner_text()

    @property
    def position(self) -> str:
        return self.page.locator("[data-part=count]").inner_text()

    @property
    def notice(self) -> Locator:
        return self.page.locator("[data-part=notice]")

    @property
    def token(self) -> str:
        return self.page.locator("[data-part=vote-form] [name=token]").input_value()

    @property
    def frame(self) -> str:
        return self.page.locator("[data-part=frame]").inner_text()

    @property
    def ticked(self) -> list[str]:
        return [box.input_value() for box in self.page.locator("[name=justifications]:checked").all()]

    @property
    def chosen(self) -> str | None:
        sides = self.page.locator("[name=choice]:checked").all()
        return sides[0].input_value() if sides else None

    def side(self, letter: str) -> Locator:
        return self.page.get_by_role("article", name=f"Clip {letter}").locator(".choose")

    def reason(self, name: str) -> Locator:
        return self.page.locator(".tiles label", has_text=name)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_for_submit(self, text: str) -> None:
        self.submit.locator("span").get_by_text(text, exact=True).wait_for()

    def wait_until_open(self) -> None:
        """Wait until the annotator can choose: both clips are loaded and, if required, watched."""
        open_steps = re.compile("Choose A or B|Select at least one reason|Submit")
        self.page.locator("[data-part=submit] span", has_text=open_steps).wait_for()

    def wait_for_other(self, token: str) -> None:
        """Wait until the page shows a comparison other than `token`, open or not."""
        form = f"[data-part=vote-form] [name=token]:not([value='{token}'])"
        self.page.locator(form).wait_for(state="attached")

    def wait_for_next(self, token: str) -> None:
        """Wait until the page shows a comparison other than `token`, and the annotator can choose."""
        self.wait_for_other(token)
        self.wait_until_open()

    def vote(self, side: str = "A", reason: str = "Text alignment") -> str:
        """Vote with the mouse, and wait for the next comparison; return the token of the voted comparison."""
        token = self.token
        self.wait_until_open()
        self.side(side).click()
        self.reason(reason).click()
        self.submit.click()
        self.wait_for_next(token)
        return token

    def votes(self) -> list["KeptVote"]:
        """Return the study's votes in the database, the oldest vote first."""
        query = (
            select(Vote, Assignment)
            .join(Assignment, Assignment.id == Vote.assignment_id)
            .join(StudyRow, StudyRow.id == Vote.study_id)
            .where(StudyRow.slug == self.study.slug)
            .order_by(Vote.id)
        )
        with self.study.context.database.read() as session:
            return [KeptVote.of(vote, assignment) for vote, assignment in session.execute(query).all()]

    def playback(self, token: str) -> list[PlaybackEvent]:
        """Return the playback events of an assignment in the database, in order."""
        query = (
            select(PlaybackEvent)
            .join(Assignment, Assignment.id == PlaybackEvent.assignment_id)
            .where(Assignment.token == token)
            .order_by(PlaybackEvent.view, PlaybackEvent.number)
        )
        with self.study.context.database.read() as session:
            return list(session.scalars(query))

    def assignment(self, token: str) -> Assignment:
        """Return an assignment from the database."""
        with self.study.context.database.read() as session:
            return session.execute(select(Assignment).where(Assignment.token == token)).scalar_one()


@dataclass(frozen=True)
class KeptVote:
    """A vote from the database; the chosen clip is named by its position, left or right."""

    token: str
    choice: str
    justifications: frozenset[Justification]
    decision_ms: int | None
    left_watched_ms: int | None

    @classmethod
    def of(cls, vote: Vote, assignment: Assignment) -> "KeptVote":
        return cls(
            token=assignment.token,
            choice="left" if vote.chosen_side is assignment.left_side else "right",
            justifications=frozenset(each for each in Justification if getattr(vote, each.value)),
            decision_ms=vote.decision_ms,
            left_watched_ms=vote.left_watched_ms,
        )


def accept_invitation(page: Page, server: str, study: Study) -> VotingPage:
    """Open the invitation of a new annotator and press Start."""
    page.goto(f"{server}/invite/{study.invite()[0]}")
    page.get_by_role("link", name="Start").click()
    return VotingPage(page, study)
