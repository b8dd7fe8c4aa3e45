"""Reads the audit log.

An admin sees all events. A researcher sees their own actions, and all actions on their own studies, models,
submissions and benchmarks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.audit_chain import check_chain
from app.cursors import KeyType, ListOrder, PageRequest
from app.security.identity import Principal
from app.tables.audit import AuditEvent
from app.tables.bench import Benchmark
from app.tables.studies import Study
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import Role
from benchmark.wire.audit_log import AuditCheckResponse, AuditEventResponse, AuditEventsResponse

AUDIT_EVENTS = ListOrder("audit_events", (KeyType.BIG_INTEGER,))
# For each kind of subject, the prefixes of the names of the actions on such subjects.
_OF_STUDIES = ("study.", "annotator.", "vote.", "votes.", "flag.", "invitation.")
_OF_SUBMISSIONS = ("submission.", "clip.", "gold_clip.", "jobs.")
_OF_MODELS = ("model.",)
_OF_BENCHMARKS = ("benchmark.",)
_Owned = type[Study] | type[Submission] | type[VideoModel] | type[Benchmark]


@dataclass(frozen=True)
class AuditFilter:
    """Filter of the audit log. A field with the value None matches all events.

    `action` is the name of an action, such as `study.open`, or the start of a name, such as `study`.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        found: ColumnElement[bool] = true()
        if self.actor is not None:
            found &= AuditEvent.actor == self.actor
        if self.action is not None:
            found &= (AuditEvent.action == self.action) | AuditEvent.action.startswith(
                f"{self.action}.", autoescape=True
            )
        if self.subject is not None:
            found &= AuditEvent.subject == self.subject
        return found


def audit_page(
    session: Session, principal: Principal, wanted: AuditFilter, page: PageRequest
) -> AuditEventsResponse:
    """Return a page of the events that this person sees, newest first."""
    query = (
        select(AuditEvent)
        .where(_sees(principal), wanted.condition)
        .order_by(AuditEvent.id.desc())
        .limit(page.fetched)
    )
    if page.after is not None:
        query = query.where(AuditEvent.id < page.after[0])
    found = page.cut(session.scalars(query).all(), lambda row: (row.id,))
    events = [AuditEventResponse.model_validate(row) for row in found.rows]
    return AuditEventsResponse(events=events, next_cursor=found.next_cursor)


def numbered_page(
    session: Session, principal: Principal, wanted: AuditFilter, *, number: int, per_page: int
) -> tuple[Sequence[AuditEvent], int]:
    """Return the events on a numbered page, newest first, and the number of all matching events."""
    condition = _sees(principal) & wanted.condition
    total = session.execute(select(func.count()).select_from(AuditEvent).where(condition)).scalar_one()
    events = session.scalars(
        select(AuditEvent)
        .where(condition)
        .order_by(AuditEvent.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    return events.all(), total


def checked_chain(session: Session, *, known_head: str | None = None) -> AuditCheckResponse:
    """Compute every hash of the audit log again.

    `known_head` is the last hash that an earlier check returned.
    """
    found = check_chain(session, known_head=known_head)
    return AuditCheckResponse(events=found.head.events, head=found.head.hash, problems=list(found.problems))


def _sees(principal: Principal) -> ColumnElement[bool]:
    if principal.role is Role.ADMIN:
        return true()
    subjects: tuple[tuple[_Owned, InstrumentedAttribute[str], tuple[str, ...]], ...] = (
        (Study, Study.slug, _OF_STUDIES),
        (Submission, Submission.public_id, _OF_SUBMISSIONS),
        (VideoModel, VideoModel.slug, _OF_MODELS),
        (Benchmark, Benchmark.slug, _OF_BENCHMARKS),
    )
    # After a removal, somebody else may use the slug: an earlier event is about the removed subject.
    own = [
        exists().where(
            name == AuditEvent.subject,
            table.owner_id == principal.person_id,
            table.created_at <= AuditEvent.at,
        )
        & or_(*map(AuditEvent.action.startswith, actions))
        for table, name, actions in subjects
    ]
    return or_(AuditEvent.actor == principal.name, *own)
