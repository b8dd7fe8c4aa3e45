"""Reads facts from the copy's database that the simulation needs but that annotators must not know."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from app.clock import utc_now
from app.database import Database
from app.security.tokens import hash_token
from app.tables.people import Invitation
from app.tables.voting import Assignment, AssignmentStatus
from benchmark.protocol import AssignmentPurpose, Choice, Side


@dataclass(frozen=True)
class Shown:
    """A comparison as one annotator sees it. `better` is the side that most people would choose."""

    comparison_id: int
    is_gold: bool
    better: Choice
    left_side: Side


class Knowledge:
    """Reads the copy of the study. `seed` decides which side of each comparison is better."""

    def __init__(self, database: Database, *, study_id: int, seed: int) -> None:
        self._database, self._study_id, self._seed = database, study_id, seed

    def shown(self, token: str) -> Shown:
        with self._database.read() as session:
            held = session.scalars(select(Assignment).where(Assignment.token == token)).one()
            is_gold = held.purpose in (AssignmentPurpose.GOLD, AssignmentPurpose.QUIZ)
            side = Side.REFERENCE if is_gold else self._better_side(held.comparison_id)
            return Shown(held.comparison_id, is_gold, held.choice_of(side), held.left_side)

    def has_open_assignments(self) -> bool:
        """Return whether an annotator still holds a slot; the slot may become free again."""
        with self._database.read() as session:
            held = select(func.count()).where(
                Assignment.study_id == self._study_id,
                Assignment.status == AssignmentStatus.OPEN,
                Assignment.takes_slot,
                Assignment.expires_at > utc_now(),
            )
            return bool(session.scalar(held))

    def let_leases_expire(self, invitation: str) -> None:
        """End the leases of an annotator who left, without waiting for the leases to expire."""
        with self._database.write() as session:
            annotator = select(Invitation.annotator_id).where(Invitation.token_hash == hash_token(invitation))
            session.execute(
                update(Assignment)
                .where(
                    Assignment.annotator_id == annotator.scalar_subquery(),
                    Assignment.status == AssignmentStatus.OPEN,
                )
                .values(expires_at=utc_now() - timedelta(seconds=1))
            )

    def _better_side(self, comparison_id: int) -> Side:
        digest = hashlib.sha256(f"{self._seed}:{comparison_id}".encode()).digest()
        return Side.REFERENCE if digest[0] < 150 else Side.OTHER
