"""View models of the page with the audit log."""

from dataclasses import dataclass

from app.pager import Pager


@dataclass(frozen=True)
class AuditRow:
    when: str
    actor: str
    action: str
    subject: str
    details: str


@dataclass(frozen=True)
class AuditFields:
    """The texts in the fields of the filter; an empty text matches all events."""

    actor: str = ""
    action: str = ""
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """The audit log (audit_log/audit_log.html). `sees_all` is true for admins."""

    rows: tuple[AuditRow, ...]
    total: int
    pager: Pager
    fields: AuditFields
    sees_all: bool
    # The last hash of the chain over all events; only admins get it.
    head: str | None = None

    @property
    def url(self) -> str:
        return "/audit"

    @property
    def newer_url(self) -> str | None:
        """Return the URL of the page with newer events; None on the first page."""
        return self.pager.url(self.pager.number - 1) if self.pager.number > 1 else None

    @property
    def older_url(self) -> str | None:
        """Return the URL of the page with older events; None on the last page."""
        return self.pager.url(self.pager.number + 1) if self.pager.number < self.pager.count else None

    @property
    def is_filtered(self) -> bool:
        return self.fields != AuditFields()

    def problem_of(self, _field: str) -> str:
        """Return an empty text (no problem), because the filter accepts every text."""
        return ""
