"""View model of the page for participants who cannot start."""

from dataclasses import dataclass
from enum import StrEnum

from app.languages.study_texts import AnnotatorPage


class JoinProblem(StrEnum):
    """Why a participant cannot start."""

    PREVIEW = "preview"
    NOT_OPEN = "not_open"
    FULL = "full"
    CLOSED = "closed"
    TOOK_PART = "took_part"
    BAD_LINK = "bad_link"


@dataclass(frozen=True, kw_only=True)
class FramePage(AnnotatorPage):
    """The page in a frame of Mechanical Turk if the browser blocks cookies there (platforms/frame.html)."""

    study_title: str
    open_url: str


@dataclass(frozen=True, kw_only=True)
class JoinPage(AnnotatorPage):
    """The page for a participant who cannot start (platforms/join.html).

    The server stores nothing about a participant who cannot start.
    """

    study_title: str
    problem: JoinProblem
    message: str = ""
    code: str = ""
    return_url: str = ""
    contact: str = ""
