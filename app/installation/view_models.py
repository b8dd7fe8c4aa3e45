"""View models of the settings page."""

from dataclasses import dataclass
from datetime import datetime

from app.installation.checks import Finding, State
from app.installation.effective_settings import EffectiveSetting
from app.people.view_models import KeyLine
from benchmark.protocol import Role, Scope
from benchmark.wire.people import PersonResponse


@dataclass(frozen=True)
class Account:
    """A person's own account.

    Attributes:
        provider: the name of the OpenID Connect provider; empty if people cannot sign in with a provider.
        connected_at: when the person's account at the provider was connected; None if it is not connected.
    """

    person: PersonResponse
    keys: tuple[KeyLine, ...]
    provider: str
    connected_at: datetime | None

    @property
    def role_in_words(self) -> str:
        return {
            Role.ADMIN: "manages everything, and sees the settings and the state of the service",
            Role.RESEARCHER: "submits clips and runs studies",
            Role.VIEWER: "only reads",
            Role.WORKER: "generates clips",
        }[self.person.role]

    @property
    def permissions(self) -> tuple[Scope, ...]:
        return tuple(sorted(self.person.role.scopes))


_MARKS = {State.BAD: ("▲", "Fix"), State.NOTE: ("△", "Look at"), State.GOOD: ("✓", "Fine")}


@dataclass(frozen=True)
class FindingLine:
    """The result of a check, with the symbol and the word that show its state."""

    finding: Finding

    @property
    def shape(self) -> str:
        return _MARKS[self.finding.state][0]

    @property
    def word(self) -> str:
        return _MARKS[self.finding.state][1]


@dataclass(frozen=True)
class ServiceState:
    """The state and the settings of the service, for admins. Problems come first."""

    findings: tuple[Finding, ...]
    settings: tuple[EffectiveSetting, ...]

    @property
    def lines(self) -> tuple[FindingLine, ...]:
        return tuple(map(FindingLine, self.findings))

    @property
    def summary(self) -> str:
        bad = sum(each.state is State.BAD for each in self.findings)
        notes = sum(each.state is State.NOTE for each in self.findings)
        if bad:
            return f"Must be fixed: {bad}. Look at: {notes}."
        return f"No problems. Look at: {notes}." if notes else "No problems."


@dataclass(frozen=True)
class SettingsPage:
    """The settings page; `service` is None for people who are not admins."""

    account: Account
    service: ServiceState | None

    @property
    def people_url(self) -> str:
        return "/people"
