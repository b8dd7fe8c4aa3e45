"""View models of the page on which an owner makes and confirms gold questions."""

from dataclasses import dataclass

from benchmark.protocol import GoldKind, GoldStatus
from benchmark.wire.gold_clips import MAX_GOLD_CLIPS

KIND_TEXTS = {
    GoldKind.FROZEN: "Frozen: the first frame stands still",
    GoldKind.REVERSED: "Reversed: the clip runs backwards",
    GoldKind.WRONG_PAIR: "Wrong pair: the clip of another image",
}


@dataclass(frozen=True)
class GoldQuestion:
    """A proposed gold question: the prompt, the right clip and the wrong clip."""

    pair: str
    prompt: str
    kind: GoldKind
    status: GoldStatus
    right_url: str
    wrong_url: str

    @property
    def kind_text(self) -> str:
        return KIND_TEXTS[self.kind]


@dataclass(frozen=True, kw_only=True)
class GoldPage:
    """The page with the gold questions of one submission (gold_clips/gold.html).

    `obstacle` says why no gold questions can be made; `problem` says why the last form was refused.
    `task_url` is the page of the unfinished task that makes the clips; None if there is no such task.
    """

    model: str
    submission_url: str
    questions: tuple[GoldQuestion, ...]
    obstacle: str = ""
    problem: str = ""
    task_url: str | None = None

    @property
    def url(self) -> str:
        return f"{self.submission_url}/gold"

    @property
    def kinds(self) -> tuple[tuple[GoldKind, str], ...]:
        return tuple(KIND_TEXTS.items())

    @property
    def max_questions(self) -> int:
        return MAX_GOLD_CLIPS

    @property
    def confirmed(self) -> int:
        return sum(each.status is GoldStatus.CONFIRMED for each in self.questions)
