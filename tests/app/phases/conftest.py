"""A study with all phases and gold questions, and an annotator who completes the phases."""

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.platforms.service import set_platform
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from benchmark.protocol import Phase, Side
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast, Study

PHASES = Phases.model_validate(
    {
        "pay": "£2.40",
        "contact": "study@example.org",
        "consent": {
            "sections": [
                {"title": "Who runs it", "text": "Example University.\n\n<b>Ask us</b> anything."},
                {"title": "What you do", "text": "You compare clips."},
            ],
            "statements": ["I am 18 years old or older.", "I agree to take part."],
        },
        "instructions": {"text": "Use a large screen."},
        "quiz": {"questions": 1, "pass_mark": 1, "attempts": 2},
        "questionnaire": {
            "questions": [
                {"kind": "choice", "key": "screen", "text": "Which screen?", "options": ["Phone", "Laptop"]},
                {"kind": "number", "key": "age", "text": "Your age?", "minimum": 18, "maximum": 120},
                {"kind": "text", "key": "remarks", "text": "Anything odd?"},
            ]
        },
        "finish": {"text": "We pay in 3 days."},
    }
)
PLATFORM = Platform.model_validate(
    {
        "completed": {"code": "C0MPLETE", "url": "https://pay.example.org/done?cc={code}"},
        "screened_out": {"code": "SCREENED"},
        "full": {"code": "FULLFULL"},
    }
)
WHOLE_WAY: dict[str, object] = {
    "others": ["cinemo"],
    "gold": GoldRequest(count=1),
    "comparisons_per_annotator": 2,
    "phases": PHASES,
}


@dataclass
class Walker:
    """An annotator who has opened an invitation to a study with phases."""

    client: TestClient
    study: Study

    def get(self, path: str = "", **parameters: str) -> Response:
        return self.client.get(f"/studies/{self.study.slug}/phases{path}", params=parameters)

    def post(self, path: str, data: dict[str, object] | None = None) -> Response:
        return self.client.post(f"/studies/{self.study.slug}/phases{path}", data=data or {})

    def at(self) -> str:
        """Return the path of the annotator's next page, without the part that names the study."""
        return self.get().url.path.removeprefix(f"/studies/{self.study.slug}")

    def agree(self) -> None:
        assert self.post("/consent", {"version": 1, "statements": [0, 1]}).status_code == 200

    def answer_quiz(self, side: Side) -> Response:
        """Answer the shown question with a side; the reference is the correct answer."""
        found = re.search(r'name="token" value="([^"]+)"', self.get("/quiz").text)
        assert found is not None
        return self.post("/quiz", {"token": found[1], "choice": choice_of(self.study, found[1], side)})

    def reach_voting(self) -> None:
        self.agree()
        self.post("/instructions")
        self.answer_quiz(Side.REFERENCE)
        assert self.at() == "/vote"


def choice_of(study: Study, token: str, side: Side) -> str:
    with study.context.database.read() as session:
        left = session.scalars(select(Assignment.left_side).where(Assignment.token == token)).one()
    return "left" if left is side else "right"


def phase_rows(context: AppContext) -> dict[Phase, AnnotatorPhase]:
    """Return the completed phases of the only annotator."""
    with context.database.read() as session:
        assert len(session.scalars(select(Annotator)).all()) == 1
        return {row.phase: row for row in session.scalars(select(AnnotatorPhase))}


@pytest.fixture
def phased(cast: Cast) -> Study:
    """An open study with consent, instructions, a quiz of one question, and a questionnaire."""
    study = with_gold(cast).open_study(**WHOLE_WAY)
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        set_platform(session, study=row, platform=PLATFORM, principal=cast.alice.principal, now=utc_now())
    return study


@pytest.fixture
def walker(client: TestClient, phased: Study) -> Walker:
    client.get(f"/invite/{phased.invite()[0]}")
    return Walker(client, phased)
