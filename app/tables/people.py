"""The tables of people, API keys, browser sessions, invitations and annotators."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId
from benchmark.protocol import AnnotatorKind, Language, Role


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[Role]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class ApiKey(Base):
    """An API key; the server stores only the sha256 of the key.

    The secret of a key has 256 random bits, so a slow password hash is not needed.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    role: Mapped[Role]
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    created_at: Mapped[datetime]
    # The time of the key's last use, updated at most once a minute to avoid a write for every request.
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    # The scopes that the key is limited to, by value; None for all scopes of its role.
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class SignInLink(Base):
    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """A person's account at an OpenID Connect provider. The server stores no password and no token."""

    __tablename__ = "external_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime]


class BrowserSession(Base):
    """A browser's session, which can belong to a signed-in person and to annotators of several studies."""

    __tablename__ = "browser_sessions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    person_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("people.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Annotator(Base):
    """A pseudonym in one study. The server stores no name of the person who votes, only this pseudonym."""

    __tablename__ = "annotators"
    __table_args__ = (UniqueConstraint("study_id", "pseudonym"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    pseudonym: Mapped[str] = mapped_column(String(40))
    # A human study counts the votes of participants only (StudyKind.counted_annotators).
    kind: Mapped[AnnotatorKind] = mapped_column(
        default=AnnotatorKind.PARTICIPANT, server_default=AnnotatorKind.PARTICIPANT.value
    )
    # The language that the annotator chose; None if the browser's languages decide.
    language: Mapped[Language | None]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    # Set if a person excluded the annotator from the results, with a reason.
    excluded_at: Mapped[datetime | None]
    excluded_reason: Mapped[str | None] = mapped_column(String(400))


class Invitation(Base):
    """A link for one annotator, who is created when the link is first opened."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"), index=True)
    token_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    # The kind of the annotator whom the link creates.
    kind: Mapped[AnnotatorKind] = mapped_column(
        default=AnnotatorKind.PARTICIPANT, server_default=AnnotatorKind.PARTICIPANT.value
    )
    annotator_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), unique=True
    )
    # The owner's note on whom the link is for; annotators never see it.
    label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AnnotatorBrowser(Base):
    """Connects an annotator with a browser that may vote as this annotator."""

    __tablename__ = "annotator_browsers"
    __table_args__ = (Index("ix_annotator_browsers_annotator_id", "annotator_id"),)

    browser_session_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("browser_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
    # Set if the annotator, a participant of a crowd platform, continued in another browser.
    replaced_at: Mapped[datetime | None]
