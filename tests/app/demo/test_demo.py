"""The first start of an empty installation, and later starts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.context import AppContext
from app.demo import Demo, ablation_study, set_up_demo
from app.demo.clips import DemoSubmission, rendering_processes, submit_clips
from app.demo.setup import BENCHMARK, FIRST_LOOK, RESEARCHER
from app.main import create_app
from app.media.sandbox import Sandbox
from app.security.identity import Principal
from app.tables.bench import Benchmark
from app.tables.jobs import Job
from app.tables.people import Person
from app.tables.studies import Comparison, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.pairs import pair_id
from benchmark.protocol import StudyStatus, SubmissionStatus
from benchmark.scenes.sprites import RETEST_SPRITES, held_out_clips
from benchmark.wire.jobs import MAX_PRIORITY
from tests.cast import Actor, small_clip, upload_clip
from tests.conftest import open_with_sandbox, settings_for


@pytest.fixture(scope="module")
def context(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox
) -> Iterator[AppContext]:
    """One installation for all tests of this file, because drawing a scenario takes seconds."""
    home = tmp_path_factory.mktemp("demo")
    shutil.copy(migrated_sqlite, home / "ti2v.sqlite3")
    with open_with_sandbox(settings_for(home), sandbox) as context:
        yield context


@pytest.fixture(scope="module")
def demo(context: AppContext) -> Demo:
    with set_up_demo(context) as demo:
        return demo


def local(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_an_empty_installation_can_be_voted_in_at_once(context: AppContext, demo: Demo) -> None:
    with TestClient(create_app(context)) as browser:
        welcome = browser.get(local(demo.voting_link))
        card = browser.post(f"/api/v1/studies/{FIRST_LOOK}/assignments").json()

        assert welcome.status_code == 200
        assert browser.get(card["left_url"]).status_code == 200
        assert card["total"] > 4


def test_the_printed_key_and_sign_in_link_work(context: AppContext, demo: Demo) -> None:
    with TestClient(create_app(context)) as client:
        headers = {"Authorization": f"Bearer {demo.researcher_key}"}

        assert client.get(f"/api/v1/studies/{FIRST_LOOK}/results", headers=headers).status_code == 200
        assert client.post(local(demo.sign_in_link)).status_code == 200
        assert client.get(local(demo.results_page)).status_code == 200


def test_the_bundled_benchmark_has_its_title_licence_and_shape(context: AppContext, demo: Demo) -> None:
    with context.database.read() as session:
        benchmark = session.execute(select(Benchmark).where(Benchmark.slug == BENCHMARK)).scalar_one()
        study = session.execute(select(Study).where(Study.slug == FIRST_LOOK)).scalar_one()

    assert benchmark.licence.lower() == "cc0-1.0"
    assert study.status is StudyStatus.OPEN


def test_a_second_start_prints_the_same_links_and_keeps_all(context: AppContext, demo: Demo) -> None:
    def rows() -> list[int]:
        with context.database.read() as session:
            return [
                session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (Study, Comparison, Benchmark)
            ]

    before = rows()
    with set_up_demo(context) as again:
        pass

    assert rows() == before
    assert (again.voting_link, again.researcher_key) == (demo.voting_link, demo.researcher_key)
    assert again.sign_in_link != demo.sign_in_link


def test_the_ablation_study_opens_when_the_last_clip_is_stored(context: AppContext, demo: Demo) -> None:
    with context.database.read() as session:
        person = session.execute(select(Person).where(Person.name == RESEARCHER)).scalar_one()
    owner = Actor(Principal.of(person), demo.researcher_key)
    for _ in range(2):
        ablation_study.request_clips(context, owner.principal)
    with context.database.read() as session:
        jobs = session.execute(select(Job.turn, func.count()).group_by(Job.turn)).all()
        found = session.execute(
            select(VideoModel.slug, Submission.public_id)
            .join(VideoModel, Submission.model_id == VideoModel.id)
            .where(VideoModel.slug.in_(ablation_study.MODELS))
        ).all()
    public_ids = dict(found)
    assert [tuple(row) for row in jobs] == [(MAX_PRIORITY, 3 * 96)], "one job per clip"
    pair = held_out_clips(RETEST_SPRITES)[0]
    with TestClient(create_app(context), headers=owner.headers) as client:
        for shade, public_id in enumerate(public_ids.values()):
            assert not ablation_study.open_if_finished(context, owner.principal)
            name = pair_id(pair.image_id, pair.prompt)
            upload_clip(context, owner, public_id, name, small_clip(shade=10 * shade))
            final = client.post(f"/api/v1/submissions/{public_id}/finalise", json={"allow_partial": True})
            assert final.status_code == 200
        assert ablation_study.open_if_finished(context, owner.principal)
        results = client.get(f"/api/v1/studies/{ablation_study.STUDY}/results").json()

    others = {row["other"] for row in results["preferences"]}
    assert others == {"motif-sprites-without", "motif-sprites-inverse"}


def test_an_interrupted_rendering_of_the_demo_continues(context: AppContext, demo: Demo) -> None:
    pairs = read_official(bundled_folder()).pairs[:3]
    with context.database.read() as session:
        person = session.execute(select(Person).where(Person.name == "demo-researcher")).scalar_one()
    principal = Principal.of(person)
    wanted = [DemoSubmission("static", "resumed", "stands still")]

    with rendering_processes(1) as pool:
        ids = [
            submit_clips(
                context,
                pool,
                principal=principal,
                benchmark=BENCHMARK,
                wanted=wanted,
                pairs=pairs[:count],
            )
            for count in (2, 3)
        ]

    with context.database.read() as session:
        row = session.execute(select(Submission).where(Submission.public_id == ids[0][0])).scalar_one()
        clips = session.execute(
            select(func.count()).select_from(Clip).where(Clip.submission_id == row.id)
        ).scalar_one()
    assert ids[0] == ids[1]
    assert row.status is SubmissionStatus.FINAL
    assert clips == 2, "final after the first call, so the second leaves it alone"
