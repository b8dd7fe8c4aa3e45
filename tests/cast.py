"""The fixed people of the tests, and a small installation with data.

Alice owns the studies; Bob is a second researcher who helps; Charlie must see nothing; Ada is an admin.
"""

import hashlib
import io
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.invitations import links
from app.jobs.uploads import OwnerUpload
from app.media.store import content_key
from app.security.identity import Principal, create_key, person_named
from app.security.tokens import derived_token
from app.studies import service as studies
from app.submissions import service as submissions
from app.submissions.storage import ClipStorage
from app.submissions.streaming import ReceivedFile
from app.tables.bench import Benchmark, Pair
from app.tables.people import Person
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Clip
from app.tables.submissions import Submission as SubmissionRow
from benchmark.pairs import pair_id, scenario_of_image
from benchmark.protocol import Role, WatchGate
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from benchmark.wire.submissions import ModelRequest
from tests.snapshots import Snapshot

BENCHMARK = "tiny"
IMAGES = ("kite1", "kite2", "boat1")
PROMPTS = ("it moves to the left", "it rises")
PAIR_IDS = tuple(pair_id(image, prompt) for image in IMAGES for prompt in PROMPTS)
MODELS = ("motif", "cinemo", "dynamicrafter")


@dataclass(frozen=True)
class Actor:
    """A person with a key."""

    principal: Principal
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@dataclass(frozen=True)
class Study:
    """A study, with the secrets of its unused invitations."""

    slug: str
    context: AppContext

    def invite(self, count: int = 1) -> list[str]:
        with self.context.database.write() as session:
            row = session.execute(select(StudyRow).where(StudyRow.slug == self.slug)).scalar_one()
            person = session.get_one(Person, row.owner_id)
            owner = Principal.of(person)
            return links.invite(session, study=row, count=count, principal=owner, now=utc_now())


@dataclass
class Cast:
    context: AppContext
    alice: Actor
    bob: Actor
    charlie: Actor
    ada: Actor
    submission_ids: dict[str, str] = field(default_factory=dict)

    def open_study(self, slug: str = "motif-study", **changes: object) -> Study:
        """Open Alice's study of motif against other models; by default, without a watch gate."""
        others = changes.pop("others", [model for model in MODELS if model != "motif"])
        reference = str(changes.pop("reference", self.submission_ids["motif"]))
        now = utc_now()
        with self.context.database.write() as session:
            request = StudyRequest(
                slug=slug,
                title="MotiF against two",
                benchmark=session.execute(select(Benchmark.slug)).scalar_one(),
                matchups=[
                    MatchupRequest(reference=reference, other=self.submission_ids[other])
                    for other in others  # type: ignore[attr-defined]
                ],
                **({"watch_gate": WatchGate.OFF, "seed": 7} | changes),  # type: ignore[arg-type]
            )
            study = studies.create_study(session, request=request, principal=self.alice.principal, now=now)
            studies.open_study(session, study=study, principal=self.alice.principal, now=now)
        return Study(slug, self.context)

    def reshape_clips(self, model: str, facts: dict[str, float], *, pairs: int | None = None) -> None:
        """Change properties of a model's clips, or of its first `pairs` clips; all clips become remuxable."""
        with self.context.database.write() as session:
            query = (
                select(Clip.id)
                .join(SubmissionRow)
                .where(SubmissionRow.public_id == self.submission_ids[model])
            )
            ids = list(session.scalars(query.order_by(Clip.id)))[:pairs]
            session.execute(update(Clip).where(Clip.id.in_(ids)).values(**facts, is_remuxable=True))


def enter(client: TestClient, study: Study) -> TestClient:
    """Open an unused invitation with this client."""
    answer = client.get(f"/invite/{study.invite()[0]}")
    assert answer.status_code == 200, answer.text
    return client


_SNAPSHOTS: dict[int, tuple[Snapshot, Cast]] = {}


def set_the_stage(context: AppContext, *, pairs: int = len(PAIR_IDS)) -> Cast:
    """Create the people, the benchmark and one final submission of each model in an empty installation.

    The first call in a process uploads the clips; later calls restore what the first call stored.
    """
    if pairs not in _SNAPSHOTS:
        made = _upload_the_stage(context, pairs=pairs)
        _SNAPSHOTS[pairs] = (Snapshot.of(context), made)
    else:
        snapshot, made = _SNAPSHOTS[pairs]
        snapshot.restore(context)
    return replace(made, context=context, submission_ids=dict(made.submission_ids))


def _upload_the_stage(context: AppContext, *, pairs: int) -> Cast:
    cast = Cast(
        context,
        alice=make_actor(context, "alice", Role.RESEARCHER),
        bob=make_actor(context, "bob", Role.RESEARCHER),
        charlie=make_actor(context, "charlie", Role.RESEARCHER),
        ada=make_actor(context, "ada", Role.ADMIN),
    )
    make_benchmark(context)
    for number, model in enumerate(MODELS):
        cast.submission_ids[model] = make_submission(
            context, cast.alice, model=model, shade=number, pair_ids=PAIR_IDS[:pairs]
        )
    return cast


def make_actor(context: AppContext, name: str, role: Role) -> Actor:
    now = utc_now()
    with context.database.write() as session:
        person = person_named(session, name=name, role=role, now=now)
        secret = "ti2v_" + derived_token(b"tests", name)
        key = create_key(session, person=person, now=now, key=secret)
        return Actor(Principal.of(person), key)


def make_benchmark(
    context: AppContext, *, slug: str = BENCHMARK, version: int = 1, prompts: tuple[str, ...] = PROMPTS
) -> None:
    """Store a tiny benchmark with 3 images, 2 prompts per image and 2 scenarios."""
    keys = {}
    for name in IMAGES:
        png = input_image(name)
        keys[name] = content_key("images", hashlib.sha256(png).hexdigest())
        with context.store.private_file() as path:
            path.write_bytes(png)
            context.store.put(keys[name], path)
    with context.database.write() as session:
        benchmark = Benchmark(
            slug=slug,
            version=version,
            title="A tiny benchmark",
            source="made for tests",
            licence="CC0-1.0",
            content_hash="0" * 64,
            created_at=utc_now(),
        )
        session.add(benchmark)
        session.flush()
        names = [(image, prompt) for image in IMAGES for prompt in prompts]
        for position, (image, prompt) in enumerate(names):
            session.add(
                Pair(
                    benchmark_id=benchmark.id,
                    position=position,
                    name=pair_id(image, prompt),
                    prompt=prompt,
                    scenario=scenario_of_image(image),
                    image=image,
                    image_key=keys[image],
                    image_type="image/png",
                    tags={},
                )
            )


def make_submission(
    context: AppContext,
    owner: Actor,
    *,
    model: str,
    label: str = "",
    shade: int = 0,
    pair_ids: tuple[str, ...] = PAIR_IDS,
    final: bool = True,
    width: int = 64,
    height: int = 64,
) -> str:
    """Register a model and upload a clip for each pair; return the submission's public id."""
    now = utc_now()
    with context.database.write() as session:
        submissions.register_model(
            session, slug=model, request=ModelRequest(name=model), principal=owner.principal, now=now
        )
        benchmark = session.execute(select(Benchmark)).scalar_one()
        public_id = submissions.open_submission(
            session, model=model, benchmark=benchmark, label=label, principal=owner.principal, now=now
        ).public_id
    for number, name in enumerate(pair_ids):
        upload_clip(
            context, owner, public_id, name, small_clip(shade=shade * 10 + number, width=width, height=height)
        )
    if final:
        with context.database.write() as session:
            submission = submissions.find_submission(
                session, public_id=public_id, principal=owner.principal, for_change=True
            )
            submissions.finalise(
                session, submission=submission, allow_partial=True, principal=owner.principal, now=now
            )
    return public_id


def upload_clip(context: AppContext, owner: Actor, public_id: str, pair_name: str, mp4: bytes) -> None:
    """Store one clip, like an upload by its owner."""
    authorization = OwnerUpload(owner.principal, public_id, pair_name)
    with context.database.read() as session:
        target = authorization.find_target(session)
    storage = ClipStorage(context.database, context.store, context.sandbox)
    with context.store.private_file() as path:
        path.write_bytes(mp4)
        received = ReceivedFile(path, hashlib.sha256(mp4).hexdigest(), len(mp4))
        storage.save(received, target=target, authorization=authorization)


@lru_cache
def input_image(name: str) -> bytes:
    shade = 40 + 20 * IMAGES.index(name)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (shade, shade, 90)).save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache
def small_clip(*, shade: int = 0, frames: int = 8, fps: int = 8, width: int = 64, height: int = 64) -> bytes:
    """Return an H.264 MP4 of a moving square; each `shade` gives a different clip."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(frames):
            picture = np.full((height, width, 3), 60 + shade % 120, np.uint8)
            picture[20:40, 4 + 3 * index : 24 + 3 * index] = 220
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return buffer.getvalue()


def write_clip(path: Path, **form: int) -> Path:
    path.write_bytes(small_clip(**form))
    return path
