"""`ti2v report --site` writes a static gallery of a study with public clips."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.studies.publication import ResultsAccess, publish_results
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Submission
from benchmark.pairs import scenario_of_image
from benchmark.protocol import Visibility
from benchmark.report.checksums import file_sha256, read_checksums
from benchmark.wire.allocation import Allocation
from benchmark.wire.drafts import GoldRequest
from tests.app.api.conftest import client_of
from tests.app.cli.outcome import Run
from tests.app.results.page_voters import close, fill_panels
from tests.app.voting.test_gold import with_gold
from tests.cast import IMAGES, PAIR_IDS, Cast, Study


@pytest.fixture
def published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Alice's closed study; its results and its submissions are public."""
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    return publish(cast, cast.open_study(votes_per_comparison=1))


def publish(cast: Cast, study: Study) -> Study:
    """Cast one vote on each comparison, close the study, and publish its results."""
    fill_panels(study, people=1)
    close(study, cast.alice)
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow)).one()
        publish_results(
            session, study=row, access=ResultsAccess.PUBLIC, principal=cast.alice.principal, now=utc_now()
        )
        row.title = "MotiF <against> two"
    return study


def pages_of(site: Path) -> list[str]:
    """Return the pages of the scenarios, in the order of the index."""
    links = re.findall(r'href="(\d\d-[a-z0-9-]+\.html)"', (site / "index.html").read_text())
    return [(site / each).read_text() for each in links]


def test_the_gallery_shows_neither_gold_questions_nor_withdrawn_clips(
    cast: Cast, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    scenario = scenario_of_image(IMAGES[-1])
    study = with_gold(cast).open_study(
        votes_per_comparison=1, gold=GoldRequest(count=1), allocation=Allocation(scenarios=(scenario,))
    )
    publish(cast, study)
    alice = client_of(cast.context, cast.alice)
    withdrawn = f"/api/v1/submissions/{cast.submission_ids['cinemo']}/withdraw"
    assert alice.post(withdrawn, json={"reason": "wrong weights"}).status_code == 200

    assert run("report", study.slug, "--site", "--output", str(tmp_path / "site")).code == 0

    (page,) = pages_of(tmp_path / "site")
    assert page.count("<section") == 2
    assert set(re.findall('Clip of ([^"]*)', page)) == {"motif", "dynamicrafter"}


def test_the_gallery_shows_the_table_and_all_clips_side_by_side(
    run: Run, published: Study, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    arguments = ("report", published.slug, "--site", "--output", str(site))

    assert run(*arguments, "--strip", PAIR_IDS[0]).code == 0

    index = (site / "index.html").read_text()
    assert "MotiF &lt;against&gt; two" in index
    assert "<td><b>100.0</b>/0.0</td>" in index
    shown = pages_of(site)
    assert [text.count("<video") for text in shown] == [12, 6]
    assert "motif against cinemo: 1 to 0 votes" in shown[0] + shown[1]
    linked = set(re.findall(r'(?:src|href)="([^"]+)"', "".join([index, *shown])))
    assert {name for name in linked if not (site / name).is_file()} == set()
    assert "media/strip-01.svg" in linked
    assert not any("<script" in text for text in [index, *shown])
    assert {name: file_sha256(site / name) for name in read_checksums(site)} == read_checksums(site)
    assert run(*arguments).code == 0
    assert not (site / "media" / "strip-01.svg").exists()


def test_clips_that_are_not_public_are_refused(
    cast: Cast, run: Run, published: Study, tmp_path: Path
) -> None:
    arguments = ("report", published.slug, "--site", "--output", str(tmp_path / "site"))
    with cast.context.database.write() as session:
        sides = session.scalars(select(Submission).order_by(Submission.id)).all()
        sides[1].visibility = Visibility.PRIVATE

    private = run(*arguments)

    assert private.code == 1
    assert "not public" in private.err
    assert "cinemo" in private.err
    with cast.context.database.write() as session:
        session.scalars(select(Submission).order_by(Submission.id)).all()[1].visibility = Visibility.PUBLIC
    cast.open_study("running", others=["cinemo"])
    running = run(*arguments)
    assert running.code == 1
    assert "running study" in running.err
    with cast.context.database.write() as session:
        session.scalars(
            select(StudyRow).where(StudyRow.slug == published.slug)
        ).one().visibility = Visibility.PRIVATE
    assert "not published" in run(*arguments).err
    assert not (tmp_path / "site").exists()
