"""The table of people with whom a benchmark, submission or study is shared."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId, closed_set
from benchmark.protocol import ShareSubject


class Share(Base):
    """A person who may see one benchmark, submission or study that has the visibility `shared`."""

    __tablename__ = "shares"
    __table_args__ = (UniqueConstraint("person_id", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    subject_kind: Mapped[ShareSubject] = mapped_column(closed_set(ShareSubject))
    # The id of a benchmark, submission or study, depending on subject_kind.
    subject_id: Mapped[int] = mapped_column(RowId)
    person_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime]
