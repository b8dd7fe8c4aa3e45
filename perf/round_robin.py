"""A synthetic study of ten models in a round robin: 45 matchups x 320 pairs x 5 votes = 72,000 votes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from app import migrations
from app.context import AppContext, open_context
from app.settings import Settings
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study
from app.tables.submissions import Submission
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import Justification, Side, StudyStatus, WatchGate
from perf.synthetic_studies import MODELS, PAIRS, START, open_round_robin

PANEL, ANNOTATORS = 5, 60
STUDY = "round-robin"


@contextmanager
def round_robin(*, status: StudyStatus = StudyStatus.CLOSED) -> Iterator[AppContext]:
    """Yield an application context with the study in a temporary SQLite database."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(_env_file=None, home=Path(home), secret_key="perf-secret-of-more-than-32-bytes-0")  # type: ignore[call-arg, arg-type]
        with open_context(settings) as context:
            migrations.upgrade(context.database)
            with context.database.write() as session:
                fill(session, status=status)
            yield context


def add_vote(context: AppContext) -> None:
    """Add a vote for the reference to the first comparison in the same way as the voting service."""
    with context.database.write() as session:
        session.execute(
            update(Comparison)
            .where(Comparison.id == 1)
            .values(votes_reference=Comparison.votes_reference + 1, slots_taken=Comparison.slots_taken + 1)
        )
        number = session.execute(select(func.max(Vote.id))).scalar_one() + 1
        place = {"study_id": 1, "comparison_id": 1}
        rng = np.random.default_rng(number)
        session.execute(
            insert(Assignment),
            [_assignment_row(number, 1, 1, rng) | place | {"status": AssignmentStatus.UNDONE}],
        )
        reasons = dict.fromkeys(map(str, Justification), False)
        session.execute(insert(Vote), [_vote_row(number, 1, Side.REFERENCE, 1, rng) | place | reasons])


def fill(session: Session, *, status: StudyStatus) -> None:
    """Insert the study with all its votes in bulk."""
    study = open_round_robin(session, slug=STUDY, watch_gate=WatchGate.OFF)
    session.add_all(
        Annotator(study_id=study.id, pseudonym=f"a{number:03}", created_at=START)
        for number in range(ANNOTATORS)
    )
    session.flush()
    submissions = list(session.scalars(select(Submission.id).order_by(Submission.id)))
    _insert_votes(session, study, submissions, np.random.default_rng(7))
    study.status = status
    study.unfilled_comparisons = 0


def _insert_votes(session: Session, study: Study, submissions: list[int], rng: np.random.Generator) -> None:
    comparisons: list[dict[str, object]] = []
    assignments: list[dict[str, object]] = []
    votes: list[dict[str, object]] = []
    for a, b in combinations(range(MODELS), 2):
        liked = rng.beta(4 + 0.3 * (b - a), 4, PAIRS)
        for pair in range(1, PAIRS + 1):
            counted = dict.fromkeys((f"{reason}_{side}" for reason in Justification for side in Side), 0)
            chose = rng.random(PANEL) < liked[pair - 1]
            for voter in range(PANEL):
                side = Side.REFERENCE if chose[voter] else Side.OTHER
                reasons = dict(
                    zip(map(str, Justification), (rng.random(4) < (0.2, 0.5, 0.5, 0.3)).tolist(), strict=True)
                )
                number = len(votes) + 1
                place = {"study_id": study.id, "comparison_id": len(comparisons) + 1}
                annotator = (number * 7) % ANNOTATORS + 1
                assignments.append(_assignment_row(number, annotator, pair, rng) | place)
                chosen_id = submissions[a] if chose[voter] else submissions[b]
                votes.append(_vote_row(number, annotator, side, chosen_id, rng) | reasons | place)
                for reason, ticked in reasons.items():
                    counted[f"{reason}_{side}"] += ticked
            won = int(chose.sum())
            comparisons.append(_counters(len(comparisons) + 1, won) | counted)
    session.execute(update(Comparison), comparisons)
    for row_class, rows in ((Assignment, assignments), (Vote, votes)):
        table = row_class.__table__
        assert isinstance(table, Table)
        session.execute(insert(table), rows)


def _counters(number: int, won: int) -> dict[str, object]:
    return {"id": number, "slots_taken": PANEL, "votes_reference": won, "votes_other": PANEL - won}


def _assignment_row(number: int, annotator: int, pair: int, rng: np.random.Generator) -> dict[str, object]:
    at = START + timedelta(seconds=number)
    return {
        "id": number,
        "token": f"{number:043}",
        "pair_id": pair,
        "annotator_id": annotator,
        "position": number,
        "left_side": Side.REFERENCE if rng.random() < 0.5 else Side.OTHER,
        "status": AssignmentStatus.VOTED,
        "created_at": at,
        "expires_at": at + timedelta(minutes=15),
        "left_delivered": 0,
        "right_delivered": 0,
    }


def _vote_row(
    number: int, annotator: int, side: Side, chosen_id: int, rng: np.random.Generator
) -> dict[str, object]:
    return {
        "id": number,
        "assignment_id": number,
        "annotator_id": annotator,
        "chosen_side": side,
        "chosen_id": chosen_id,
        "cast_at": START + timedelta(seconds=number),
        "decision_ms": int(rng.lognormal(9.5, 0.6)),
    }
