"""`ti2v report --site`: a static gallery of a study whose clips are public."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.studies.publication import ResultsAccess, publish_results
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Submission
from benchmark.protocol import Visibility
from benchmark.report.checksums import file_sha256, read_checksums
from tests.app.cli.outcome import Run
from tests.app.results.page_voters import close, fill_panels
from tests.cast import PAIR_IDS, Cast, Study


@pytest.fixture
def published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A closed study of Alice's, whose results and sides are public."""
    study = cast.open_study(votes_per_comparison=1)
    fill_panels(study, people=1)
    close(study, cast.alice)
    with cast.context.database.write() as session:
        row = session.scalars(select(StudyRow)).one()
        publish_results(
            session, study=row, access=ResultsAccess.PUBLIC, principal=cast.alice.principal, now=utc_now()
        )
        row.title = "MotiF <against> two"
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    return study


def test_the_gallery_shows_the_table_and_all_clips_side_by_side(
    run: Run, published: Study, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    arguments = ("report", published.slug, "--site", "--output", str(site))

    assert run(*arguments, "--strip", PAIR_IDS[0]).code == 0

    index = (site / "index.html").read_text()
    assert "MotiF &lt;against&gt; two" in index
    assert "<td>100.0/0.0</td>" in index
    pages = re.findall(r'href="(\d\d-[a-z0-9-]+\.html)"', index)
    shown = [(site / page).read_text() for page in pages]
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
