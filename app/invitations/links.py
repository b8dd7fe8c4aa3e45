"""Creates the invitation links of a study."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.tokens import derived_token, hash_token, new_token
from app.tables.people import Invitation
from app.tables.studies import Study
from benchmark.protocol import AnnotatorKind, StudyStatus
from benchmark.wire.invitations import MAX_INVITATIONS


def invite(
    session: Session,
    *,
    study: Study,
    count: int,
    kind: AnnotatorKind = AnnotatorKind.PARTICIPANT,
    label: str = "",
    principal: Principal,
    now: datetime,
) -> list[str]:
    """Create `count` invitation links, each for one annotator. Return the secrets of the links.

    Args:
        kind: the kind of the annotators; the votes of `pilot` and `preview` annotators never count.
        label: a note that names the people who get the links. With several links, each label gets a number.
    """
    if study.status is StudyStatus.CLOSED:
        raise Conflict("This study is closed.", code="study_not_open")
    tokens = [new_token() for _ in range(count)]
    for number, token in enumerate(tokens):
        add_invitation(
            session, study=study, token=token, kind=kind, label=_numbered(label, number, count), now=now
        )
    _record(session, principal, study=study, count=count, kind=kind, now=now)
    return tokens


def invite_batch(
    session: Session,
    *,
    study: Study,
    signing_key: bytes,
    batch: str,
    count: int,
    label: str = "",
    principal: Principal,
    now: datetime,
) -> None:
    """Create `count` invitations; their links can be shown again.

    If the batch already exists, no invitations are created.

    Args:
        signing_key: the secret key. The links are derived from this key and `batch`.
        batch: a random ID of this request.
        label: a note that names the people who get the links. With several links, each label gets a number.
    """
    if study.status is StudyStatus.CLOSED:
        raise Conflict("This study is closed, so it needs no more annotators.", code="study_not_open")
    existing = batch_tokens(session, study=study, signing_key=signing_key, batch=batch)
    for number in range(len(existing), count):
        token = _batch_token(signing_key, study, batch, number)
        add_invitation(session, study=study, token=token, label=_numbered(label, number, count), now=now)
    if len(existing) < count:
        kind = AnnotatorKind.PARTICIPANT
        _record(session, principal, study=study, count=count, kind=kind, now=now)


def batch_tokens(session: Session, *, study: Study, signing_key: bytes, batch: str) -> list[str]:
    """Return the secrets of a batch of invitation links; an empty list if the batch does not exist."""
    tokens = [_batch_token(signing_key, study, batch, number) for number in range(MAX_INVITATIONS)]
    query = select(Invitation.token_hash).where(
        Invitation.study_id == study.id, Invitation.token_hash.in_([hash_token(each) for each in tokens])
    )
    known = set(session.scalars(query))
    return [token for token in tokens if hash_token(token) in known]


def _batch_token(signing_key: bytes, study: Study, batch: str, number: int) -> str:
    return derived_token(signing_key, f"invitation {number} of batch {batch} to study {study.id}")


def _record(
    session: Session,
    principal: Principal,
    *,
    study: Study,
    count: int,
    kind: AnnotatorKind,
    now: datetime,
) -> None:
    # The event does not contain the label, because the label may name a person and no event can be changed
    # later.
    details = {"links": count, "kind": kind.value}
    record_event(session, principal, "invitation.create", subject=study.slug, now=now, **details)


def _numbered(label: str, number: int, count: int) -> str:
    return f"{label} {number + 1}" if label and count > 1 else label


def add_invitation(
    session: Session,
    *,
    study: Study,
    token: str,
    kind: AnnotatorKind = AnnotatorKind.PARTICIPANT,
    label: str = "",
    now: datetime,
) -> None:
    session.add(
        Invitation(study_id=study.id, token_hash=hash_token(token), kind=kind, label=label, created_at=now)
    )
    session.flush()
