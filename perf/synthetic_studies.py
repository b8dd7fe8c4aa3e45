"""Synthetic studies for measurements: ten models on 320 pairs, all compared with each other."""

from datetime import UTC, datetime
from itertools import combinations

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.security.identity import Principal, person_named
from app.studies.service import create_study, open_study
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import Role, SubmissionStatus, WatchGate
from benchmark.wire.drafts import MatchupRequest, StudyRequest

MODELS, PAIRS, SCENARIOS = 10, 320, 22
START = datetime(2026, 3, 1, tzinfo=UTC)


def open_round_robin(
    session: Session,
    *,
    slug: str,
    watch_gate: WatchGate,
    models: int = MODELS,
    pairs: int = PAIRS,
    votes_per_comparison: int = 5,
) -> Study:
    """Create an open study without votes, through the services: by default 45 matchups x 320 pairs."""
    owner = person_named(session, name="owner", role=Role.RESEARCHER, now=START)
    principal = Principal(owner.id, owner.name, owner.role)
    benchmark = synthetic_benchmark(session, pairs)
    submissions = [add_submission(session, owner.id, benchmark, number, pairs) for number in range(models)]
    request = StudyRequest(
        slug=slug,
        title="Models, all compared with each other",
        benchmark=benchmark.slug,
        matchups=[
            MatchupRequest(reference=a.public_id, other=b.public_id) for a, b in combinations(submissions, 2)
        ],
        watch_gate=watch_gate,
        votes_per_comparison=votes_per_comparison,
        seed=7,
    )
    study = create_study(session, request=request, principal=principal, now=START)
    open_study(session, study=study, principal=principal, now=START)
    return study


def synthetic_benchmark(session: Session, pairs: int = PAIRS) -> Benchmark:
    """Store a benchmark, by default of 320 pairs, in 22 scenarios, with one image each, without files."""
    benchmark = Benchmark(
        slug="large",
        version=1,
        title="Large",
        source="made up",
        licence="CC0-1.0",
        content_hash="0" * 64,
        created_at=START,
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
        for position in range(pairs)
    )
    session.flush()
    return benchmark


def add_submission(
    session: Session, owner_id: int, benchmark: Benchmark, number: int, pairs: int = PAIRS
) -> Submission:
    """Store a model with one final submission, by default of 320 clips, without files."""
    model = VideoModel(
        slug=f"model-{number}",
        name=f"Model {number}",
        description="",
        url="",
        licence="",
        owner_id=owner_id,
        created_at=START,
    )
    session.add(model)
    session.flush()
    submission = Submission(
        public_id=f"{number:016x}",
        model_id=model.id,
        benchmark_id=benchmark.id,
        owner_id=owner_id,
        label="",
        status=SubmissionStatus.FINAL,
        is_partial=False,
        created_at=START,
    )
    session.add(submission)
    session.flush()
    table = Clip.__table__
    assert isinstance(table, Table)
    session.execute(insert(table), [_clip_row(submission.id, pair + 1) for pair in range(pairs)])
    return submission


def _clip_row(submission_id: int, pair_id: int) -> dict[str, object]:
    return {
        "submission_id": submission_id,
        "pair_id": pair_id,
        "sha256": "0" * 64,
        "bytes": 120_000,
        "codec": "h264",
        "pixel_format": "yuv420p",
        "width": 320,
        "height": 320,
        "frames": 16,
        "fps": 8.0,
        "duration_s": 2.0,
        "constant_fps": True,
        "has_audio": False,
        "is_static": False,
        "is_remuxable": True,
        "received_at": START,
    }
