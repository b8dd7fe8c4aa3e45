"""Exports a study's tables as files. Pages, REST and the command line all return the same files."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Invalid
from app.panels.side_names import Naming
from app.results.live.vote_rows import counted_votes, vote_rows
from app.results.metric_rows import metric_rows
from app.results.playback_rows import playback_rows
from app.results.service import StudyResults, find_results
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.layout import TableLayout, UnknownColumn, UnusedLayout
from benchmark.exports.notes import TableNote
from benchmark.exports.table_rows import result_rows
from benchmark.exports.tables import STREAMED
from benchmark.exports.writer import table_chunks
from benchmark.protocol import NameStyle, TableFormat, TableName

_OF_METRICS = (TableName.METRICS, TableName.METRIC_AGREEMENT, TableName.METRIC_COVARIATES)


def export_table(
    database: Database,
    *,
    slug: str,
    principal: Principal,
    table: TableName,
    file_format: TableFormat,
    columns: str = "",
    names: NameStyle = NameStyle.SLUGS,
) -> Iterator[bytes]:
    """Return one of a study's tables as the chunks of a file.

    Access is checked before the first chunk is sent.

    Args:
        columns, names: the columns of a Markdown or LaTeX file, and the style of the names in this file
            (docs/tables.md).

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
        Invalid: a column does not exist in the table (`unknown_column`), or `columns` or `names` is set for a
            format other than Markdown and LaTeX (`unused_layout`).
    """
    with database.read() as session:
        results = find_results(session, slug=slug, principal=principal)
        votes = counted_votes(session, results.study) if table is TableName.SENSITIVITY else None
        layout = _layout(session, results, table, file_format, columns, names)
        of_metrics = metric_rows(session, results, table, principal) if table in _OF_METRICS else ()
    note = note_of(results)
    if table in STREAMED:
        return _streamed(database, results.study.id, table, file_format, note, layout)
    if table in _OF_METRICS:
        return table_chunks(table, of_metrics, file_format, note=note, layout=layout)
    counted = results.counted
    rows = result_rows(table, counted.tallies, counted.matchups, interim=results.is_interim, votes=votes)
    return table_chunks(table, rows, file_format, note=note, layout=layout)


def _layout(
    session: Session,
    results: StudyResults,
    table: TableName,
    file_format: TableFormat,
    columns: str,
    names: NameStyle,
) -> TableLayout:
    shown: dict[str, str] = {}
    if names is NameStyle.MODELS:
        naming = Naming.of(session, results.rows)
        matchups = results.counted.matchups
        shown = {side: naming.side(side) for each in matchups for side in (each.reference, each.other)}
    layout = TableLayout.of(columns, shown)
    try:
        layout.require_use(file_format)
        layout.chosen(table)
    except UnusedLayout as error:
        raise Invalid(str(error), code="unused_layout") from error
    except UnknownColumn as error:
        raise Invalid(str(error), code="unknown_column") from error
    return layout


def _streamed(
    database: Database,
    study_id: int,
    table: TableName,
    file_format: TableFormat,
    note: TableNote,
    layout: TableLayout,
) -> Iterator[bytes]:
    read = vote_rows if table is TableName.VOTES else playback_rows
    with database.read() as session:
        rows = read(session, session.get_one(Study, study_id))
        yield from table_chunks(table, rows, file_format, note=note, layout=layout)


def note_of(results: StudyResults) -> TableNote:
    """Return the note that is printed below a study's tables.

    The note states how many votes the tables count.
    """
    return TableNote.of(
        results.counted.tallies,
        left_out=results.live.left_out,
        source=results.live.kind,
        interim=results.is_interim,
    )
