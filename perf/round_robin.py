"""A made-up study of ten models, each against each: 45 matchups x 320 pairs x 5 votes = 72,000 votes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from app import schema
from app.installation import Installation, open_installation
from app.security.identity import person_named
from app.settings import Settings
from app.tables.bench import Benchmark, Pair
from app.tables.people import Annotator, Person
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Submission, VideoModel
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import (
    Justification,
    RenditionRecipe,
    Role,
    Side,
    StudyStatus,
    SubmissionStatus,
    WatchGate,
)

MODELS, PAIRS, SCENARIOS, PANEL, ANNOTATORS = 10, 320, 22, 5, 60
STUDY = "round-robin"
STUDY = "round-robin"
_START = datetime(2026, 3, 1, tzinfo=UTC)


@contextmanager
def round_robin(*, status: StudyStatus = StudyStatus.CLOSED) -> Iterator[Installation]:
    """Yield an installation that holds the study, on a SQLite file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(_env_file=None, home=Path(home), secret_key="perf")  # type: ignore[call-arg, arg-type]
        with open_installation(settings) as installation:
            schema.upgrade(installation.database)
            with installation.database.write() as session:
                fill(session, status=status)
            yield installation


def add_vote(installation: Installation) -> None:
    """Add a vote for the reference to the first comparison, as the voting service would."""
    with installation.database.write() as session:
        session.execute(
            update(Comparison)
            .where(Comparison.id == 1)
            .values(votes_reference=Comparison.votes_reference + 1, places_taken=Comparison.places_taken + 1)
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
    """Insert the study with all its votes, in bulk."""
    rng = np.random.default_rng(7)
    owner = person_named(session, name="owner", role=Role.RESEARCHER, now=_START)
    benchmark = _benchmark(session)
    submissions = [_submission(session, owner, benchmark, number) for number in range(MODELS)]
    study = _study(session, owner, benchmark, status)
    session.add_all(
        Annotator(study_id=study.id, pseudonym=f"a{number:03}", created_at=_START)
        for number in range(ANNOTATORS)
    )
    session.add_all(
        Matchup(study_id=study.id, position=position, reference_id=submissions[a], other_id=submissions[b])
        for position, (a, b) in enumerate(combinations(range(MODELS), 2))
    )
    session.flush()
    _insert_votes(session, study, submissions, rng)


def _insert_votes(session: Session, study: Study, submissions: list[int], rng: np.random.Generator) -> None:
    comparisons: list[dict[str, object]] = []
    assignments: list[dict[str, object]] = []
    votes: list[dict[str, object]] = []
    for matchup, (a, b) in enumerate(combinations(range(MODELS), 2), start=1):
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
            comparisons.append(_comparison_row(study, matchup, pair, won) | counted)
    for row_class, rows in ((Comparison, comparisons), (Assignment, assignments), (Vote, votes)):
        table = row_class.__table__
        assert isinstance(table, Table)
        session.execute(insert(table), rows)


def _comparison_row(study: Study, matchup: int, pair: int, won: int) -> dict[str, object]:
    return {
        "study_id": study.id,
        "matchup_id": matchup,
        "pair_id": pair,
        "is_open": True,
        "places_taken": PANEL,
        "shuffle_key": pair,
        "draws": PANEL,
        "votes_reference": won,
        "votes_other": PANEL - won,
    }


def _assignment_row(number: int, annotator: int, pair: int, rng: np.random.Generator) -> dict[str, object]:
    at = _START + timedelta(seconds=number)
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
        "cast_at": _START + timedelta(seconds=number),
        "decision_ms": int(rng.lognormal(9.5, 0.6)),
    }


def _benchmark(session: Session) -> Benchmark:
    benchmark = Benchmark(
        slug="large",
        version=1,
        title="Large",
        source="made up",
        licence="CC0-1.0",
        content_hash="0" * 64,
        created_at=_START,
    )
    session.add(benchmark)
    session.flush()
    session.add_all(
        Pair(
            benchmark_id=benchmark.id,
            position=position,
            name=f"scene{position}_it_moves",
            prompt="it moves",
            scenario=f"scene {position % SCENARIOS}",
            image=f"scene{position}",
            image_key="images/none",
            image_type="image/png",
            tags={},
        )
        for position in range(PAIRS)
    )
    return benchmark


def _submission(session: Session, owner: Person, benchmark: Benchmark, number: int) -> int:
    model = VideoModel(
        slug=f"model-{number}",
        name=f"Model {number}",
        description="",
        url="",
        licence="",
        owner_id=owner.id,
        created_at=_START,
    )
    session.add(model)
    session.flush()
    submission = Submission(
        public_id=f"{number:016x}",
        model_id=model.id,
        benchmark_id=benchmark.id,
        owner_id=owner.id,
        label="",
        status=SubmissionStatus.FINAL,
        is_partial=False,
        created_at=_START,
    )
    session.add(submission)
    session.flush()
    return submission.id


def _study(session: Session, owner: Person, benchmark: Benchmark, status: StudyStatus) -> Study:
    study = Study(
        slug=STUDY,
        title="Ten models, each against each",
        instructions="",
        benchmark_id=benchmark.id,
        owner_id=owner.id,
        status=status,
        votes_per_comparison=PANEL,
        lease_s=900,
        watch_gate=WatchGate.OFF,
        renditions=RenditionRecipe.REMUX,
        require_justification=False,
        seed=7,
        created_at=_START,
    )
    session.add(study)
    session.flush()
    return study
