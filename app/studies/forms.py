"""Parses the form of a study into a StudyRequest."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from pydantic import ValidationError

from app.errors import InvalidFields
from app.field_messages import PATTERN_HELP, form_problems
from app.studies.pay_fields import parse_pay
from benchmark.protocol import RenditionRecipe, WatchGate
from benchmark.wire.common import PUBLIC_ID, SLUG, SUBMISSION_NAME
from benchmark.wire.drafts import GoldRequest, MatchupRequest, StudyRequest
from benchmark.wire.pay import HourlyPay

MAX_SLUG = 64
MAX_TITLE = 200
MAX_SHOWN = 1_000_000


class Comparisons(StrEnum):
    """Which of the chosen submissions a study compares.

    If the value is `list`, the owner writes each matchup into the form.
    """

    REFERENCE = "reference"
    ROUND_ROBIN = "round_robin"
    LIST = "list"


@dataclass(frozen=True)
class StudyFields:
    """The fields of the study form as text.

    `sides` are the public ids of the chosen submissions. `matchup_list` has one matchup on each line, as
    REFERENCE:OTHER; each side is `model`, `model@label` or an id.
    """

    benchmark: str = ""
    title: str = ""
    slug: str = ""
    sides: tuple[str, ...] = ()
    comparisons: str = Comparisons.REFERENCE
    reference: str = ""
    matchup_list: str = ""
    votes_per_comparison: str = "5"
    comparisons_per_annotator: str = ""
    gold: str = ""
    renditions: str = RenditionRecipe.REMUX
    require_justification: bool = True
    instructions: str = ""
    watch_gate: str = WatchGate.DELIVERED
    lease_s: str = "900"
    pay_per_hour: str = ""
    currency: str = ""
    fee_percent: str = ""

    @property
    def matchups(self) -> tuple[tuple[str, str], ...]:
        """Return the two sides of each matchup, the reference first; unreadable lines are left out."""
        if self.comparisons == Comparisons.LIST:
            lines = (line.strip().split(":") for line in self.matchup_list.splitlines())
            return tuple((line[0].strip(), line[1].strip()) for line in lines if len(line) == 2)
        if self.comparisons == Comparisons.ROUND_ROBIN:
            return tuple(combinations(self.sides, 2))
        if self.reference not in self.sides:
            return ()
        return tuple((self.reference, side) for side in self.sides if side != self.reference)

    @property
    def counts(self) -> tuple[int, int | None] | None:
        """Return the panel size and the limit per annotator; None if one of these fields is wrong."""
        try:
            shown = _optional_count(self.comparisons_per_annotator, MAX_SHOWN)
            return _panel(self.votes_per_comparison), shown
        except ValueError:
            return None

    @property
    def gold_request(self) -> GoldRequest | None:
        """Return the requested gold questions; None if the form requests none, or if the field is wrong."""
        try:
            return _gold(self.gold)
        except ValueError:
            return None

    @property
    def pay(self) -> HourlyPay | None:
        """Return the pay for an hour; None if the owner entered no pay, or if a field of the pay is wrong."""
        problems: dict[str, str] = {}
        return parse_pay(*self.pay_texts, problems=problems)

    @property
    def pay_texts(self) -> tuple[str, str, str]:
        return self.pay_per_hour, self.currency, self.fee_percent

    def on(self, benchmark: str, visible: Collection[str]) -> "StudyFields":
        """Return the fields for another benchmark, with only those sides that are in `visible`."""
        return replace(self, benchmark=benchmark, sides=tuple(side for side in self.sides if side in visible))

    def with_benchmark(self, benchmark: str) -> "StudyFields":
        """Return the fields for another benchmark, without models; unchanged if the slug is empty."""
        if benchmark in ("", self.benchmark):
            return self
        return replace(self, benchmark=benchmark, sides=(), reference="", matchup_list="")

    def as_copy(self, benchmark: str) -> "StudyFields":
        """Return the fields of a copy of the study; the copy needs another slug."""
        return replace(self.with_benchmark(benchmark), title=f"Copy of {self.title}"[:MAX_TITLE], slug="")

    def of_draft(self, slug: str) -> "StudyFields":
        return replace(self, slug=slug)


def parse_study_form(fields: StudyFields) -> StudyRequest:
    """Return the request that the form describes. If the slug is empty, the slug is derived from the title.

    Raises:
        InvalidFields: fields are wrong. The error names all wrong fields.
    """
    problems: dict[str, str] = {}

    def check(name: str, parse: Callable[[], object]) -> object:
        try:
            return parse()
        except ValueError as error:
            problems[name] = str(error)
            return None

    values = {
        "title": check("title", lambda: _title(fields.title)),
        "slug": check("slug", lambda: _slug(fields)),
        "matchups": check(
            "matchup_list" if fields.comparisons == Comparisons.LIST else "sides", lambda: _matchups(fields)
        ),
        "votes_per_comparison": check("votes_per_comparison", lambda: _panel(fields.votes_per_comparison)),
        "comparisons_per_annotator": check(
            "comparisons_per_annotator", lambda: _optional_count(fields.comparisons_per_annotator, MAX_SHOWN)
        ),
        "gold": check("gold", lambda: _gold(fields.gold)),
        "renditions": check("renditions", lambda: _option(RenditionRecipe, fields.renditions)),
        "watch_gate": check("watch_gate", lambda: _option(WatchGate, fields.watch_gate)),
        "lease_s": check("lease_s", lambda: _count(fields.lease_s, 86_400, least=5)),
        "hourly_pay": parse_pay(*fields.pay_texts, problems=problems),
    }
    check("comparisons", lambda: _option(Comparisons, fields.comparisons))
    if problems:
        raise InvalidFields(problems)
    unparsed = {
        "benchmark": fields.benchmark,
        "instructions": fields.instructions,
        "require_justification": fields.require_justification,
    }
    return _study_request(values | unparsed)


def _study_request(values: dict[str, object]) -> StudyRequest:
    try:
        return StudyRequest.model_validate(values)
    except ValidationError as error:
        raise InvalidFields(form_problems(error)) from error


def slug_of_title(title: str) -> str:
    """Return the slug that belongs to a title; empty if the title has no letter a-z and no digit.

    >>> slug_of_title("MotiF against nine, 2nd panel!")
    'motif-against-nine-2nd-panel'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:MAX_SLUG].rstrip("-")


def _title(text: str) -> str:
    if not text.strip():
        raise ValueError("Give the study a name. Annotators see it.")
    return text


def _slug(fields: StudyFields) -> str:
    slug = fields.slug.strip() or slug_of_title(fields.title)
    if not re.fullmatch(SLUG, slug):
        raise ValueError(PATTERN_HELP[SLUG])
    return slug


def _matchups(fields: StudyFields) -> list[MatchupRequest]:
    if fields.comparisons == Comparisons.LIST:
        return _listed_matchups(fields)
    if len(fields.sides) < 2:
        raise ValueError("Choose at least two models.")
    if not all(re.fullmatch(PUBLIC_ID, side) for side in fields.sides):
        raise ValueError("Choose from the listed models.")
    if not fields.matchups:
        raise ValueError("Choose the reference from the chosen models.")
    return [MatchupRequest(reference=reference, other=other) for reference, other in fields.matchups]


def _listed_matchups(fields: StudyFields) -> list[MatchupRequest]:
    lines = [line for line in fields.matchup_list.splitlines() if line.strip()]
    if not lines:
        raise ValueError("Write at least one matchup, as REFERENCE:OTHER.")
    if len(fields.matchups) < len(lines) or not all(
        re.fullmatch(SUBMISSION_NAME, side) for sides in fields.matchups for side in sides
    ):
        raise ValueError("Write one matchup on each line, as REFERENCE:OTHER, such as motif:cinemo.")
    return [MatchupRequest(reference=reference, other=other) for reference, other in fields.matchups]


def _option(options: type[StrEnum], value: str) -> StrEnum:
    if value not in set(options):
        raise ValueError("Choose one of the options.")
    return options(value)


def _panel(text: str) -> int:
    votes = _count(text, 99)
    if votes % 2 == 0:
        raise ValueError("Use an odd number, so that a full panel always has a majority.")
    return votes


def _gold(text: str) -> GoldRequest | None:
    """Parse a number of gold questions, or a share of the comparisons such as `10 %`."""
    share = re.fullmatch(r"\s*([0-9]{1,2})\s*%\s*", text)
    if share and 1 <= int(share[1]) <= 50:
        return GoldRequest(share=int(share[1]) / 100)
    count = _optional_count(text, 1000)
    return None if count is None else GoldRequest(count=count)


def _optional_count(text: str, most: int) -> int | None:
    return _count(text, most) if text.strip() else None


def _count(text: str, most: int, *, least: int = 1) -> int:
    number = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", number) or not least <= int(number) <= most:
        raise ValueError(f"Use a whole number from {least} to {most:,}.")
    return int(number)
