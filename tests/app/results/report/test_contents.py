"""A report is a consistent snapshot: it contains no vote that is cast during the export."""

from sqlalchemy import select

from app.context import AppContext
from app.results.report.contents import report_contents, use_one_snapshot
from app.tables.studies import Study as StudyRow
from tests.app.results.page_voters import annotator, vote
from tests.cast import set_the_stage


def test_a_vote_cast_while_a_report_is_read_is_not_in_it(either_installation: AppContext) -> None:
    study = set_the_stage(either_installation, pairs=2).open_study()
    browser = annotator(study)
    vote(browser, study)

    with either_installation.database.read() as session:
        use_one_snapshot(session)
        row = session.scalars(select(StudyRow).where(StudyRow.slug == study.slug)).one()
        contents = report_contents(session, row)
        first = list(contents.votes())
        vote(browser, study)
        again = list(contents.votes())

    assert len(first) == 1
    assert again == first
