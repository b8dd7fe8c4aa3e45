"""View model of the page on which an owner sets up a crowd study."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.phases.owner_forms import CrowdFields
from benchmark.protocol import Language


@dataclass(frozen=True, kw_only=True)
class CrowdPage:
    """The page of a crowd study (phases/crowd.html). `join_link` is None without a platform."""

    study_slug: str
    study_title: str
    is_draft: bool
    revision: int
    fields: CrowdFields
    chosen_language: Language
    join_link: str | None
    problem: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/crowd"

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        return ((Language.EN, "English"), (Language.DE, "Deutsch"))

    @property
    def answers_url(self) -> str:
        return f"/api/v1/studies/{self.study_slug}/answers"

    @property
    def payments_url(self) -> str:
        return f"/api/v1/studies/{self.study_slug}/platform/payments"
