"""People, their keys and browsers; annotators, who have no account, and their invitations."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId
from benchmark.protocol import AnnotatorKind, Role


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[Role]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key is shown once; only its sha256 is kept. 256 random bits need no slow hash."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    role: Mapped[Role]
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    created_at: Mapped[datetime]
    # To the minute; a key that is used all the time is not written all the time.
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    # Scopes by value, fewer than its role has; None for all of them.
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class SignInLink(Base):
    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BrowserSession(Base):
    """One browser: perhaps a signed-in person, perhaps an annotator in one or more studies."""

    __tablename__ = "browser_sessions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    person_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Annotator(Base):
    """A pseudonym in one study; nothing else is known of the person behind it."""

    __tablename__ = "annotators"
    __table_args__ = (UniqueConstraint("study_id", "pseudonym"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    pseudonym: Mapped[str] = mapped_column(String(40))
    # A human study counts the votes of participants only (StudyKind.counted_annotators).
    kind: Mapped[AnnotatorKind] = mapped_column(
        default=AnnotatorKind.PARTICIPANT, server_default=AnnotatorKind.PARTICIPANT.value
    )
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    # Taken out of the results by a person, who says why.
    excluded_at: Mapped[datetime | None]
    excluded_reason: Mapped[str | None] = mapped_column(String(400))


class Invitation(Base):
    """One link, one annotator; the annotator is made when the link is first opened."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    # The kind of the annotator that opening the link creates.
    kind: Mapped[AnnotatorKind] = mapped_column(
        default=AnnotatorKind.PARTICIPANT, server_default=AnnotatorKind.PARTICIPANT.value
    )
    annotator_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), unique=True
    )
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class AnnotatorBrowser(Base):
    """Which browsers act for which annotator."""

    __tablename__ = "annotator_browsers"
    __table_args__ = (Index("ix_annotator_browsers_annotator_id", "annotator_id"),)

    browser_session_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("browser_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
