"""The hash chain over the audit log: each hash covers one event and the hash before it.

An attacker who changes, inserts or removes an event must compute all later hashes again. The last hash then
differs from the hash that somebody noted earlier (`ti2v audit verify --head HASH`).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import Connection, event, func, inspect, select, text
from sqlalchemy.orm import Mapper, Session, object_session

from app.tables.audit import AuditEvent, AuditHash
from benchmark.plurals import counted

# The hash before the first event.
NO_HASH = "0" * 64
_NEW_EVENTS = "audit_events"
# The PostgreSQL advisory lock with this number lets only one transaction at a time append to the chain.
_LOCK = 0x7469_3276


@dataclass(frozen=True)
class ChainHead:
    """The number of events in the hash chain, and the last hash."""

    events: int
    hash: str


@dataclass(frozen=True)
class ChainCheck:
    """The result of a check: the end of the chain, and every place where the chain is broken."""

    head: ChainHead
    problems: tuple[str, ...]


def event_hash(before: str, row: AuditEvent) -> str:
    """Concatenate the previous hash and the event as canonical JSON; return the sha256 as hex."""
    # Convert the details to the form that the database stores; for example, JSON turns all keys into texts.
    details = json.loads(json.dumps(row.details))
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [at, row.actor, row.action, row.subject, details]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


@event.listens_for(AuditEvent, "after_insert")
def _remember(_mapper: Mapper[AuditEvent], _connection: Connection, row: AuditEvent) -> None:
    session = object_session(row)
    assert session is not None
    session.info.setdefault(_NEW_EVENTS, []).append(row)


def chain_new_events(session: Session) -> None:
    """Extend the hash chain by all events that this transaction has added.

    `Database.write` calls this function just before the commit. Every transaction therefore acquires the lock
    of the chain last, so two transactions cannot wait for each other forever.
    """
    session.flush()
    # After a savepoint was rolled back, its events are not in the database.
    new = [row for row in session.info.pop(_NEW_EVENTS, ()) if inspect(row).persistent]
    if not new:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    head = chain_head(session)
    before = head.hash
    for position, row in enumerate(sorted(new, key=lambda row: row.id), head.events + 1):
        before = event_hash(before, row)
        session.add(AuditHash(position=position, event_id=row.id, hash=before))
    session.flush()


def chain_head(session: Session) -> ChainHead:
    last = session.execute(
        select(AuditHash.position, AuditHash.hash).order_by(AuditHash.position.desc()).limit(1)
    ).one_or_none()
    return ChainHead(last.position, last.hash) if last else ChainHead(0, NO_HASH)


def check_chain(session: Session, *, known_head: str | None = None) -> ChainCheck:
    """Compute every hash again.

    Args:
        known_head: the last hash that an earlier check returned. The chain must still contain this hash.
    """
    problems = list(_broken_links(session, known_head))
    unchained = session.execute(
        select(func.count())
        .select_from(AuditEvent)
        .where(~select(AuditHash.event_id).where(AuditHash.event_id == AuditEvent.id).exists())
    ).scalar_one()
    if unchained:
        problems.append(f"Not in the chain, so not written by the service: {counted(unchained, 'event')}.")
    return ChainCheck(chain_head(session), tuple(problems))


def _broken_links(session: Session, known_head: str | None) -> Iterator[str]:
    links = session.execute(
        select(AuditHash, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditHash.event_id)
        .order_by(AuditHash.position)
        .execution_options(yield_per=1000)
    )
    before, is_known = NO_HASH, known_head in (None, NO_HASH)
    for position, (link, row) in enumerate(links, 1):
        if link.position != position:
            yield f"The chain has no event {position}; the next is event {link.position}."
            return
        if row is None:
            yield f"Event {position} of the chain is missing."
        elif event_hash(before, row) != link.hash:
            yield f"Event {position} of the chain (id {row.id}, {row.action}) was changed."
        before = link.hash
        is_known = is_known or before == known_head
    if not is_known:
        yield "The chain does not contain the known hash: events were removed or written again."
