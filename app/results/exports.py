"""Exports a study's tables as files, with the same rows and strings for pages, REST and command line."""

from collections.abc import Iterator

from app.database import Database
from app.results.live.vote_rows import counted_votes, vote_rows
from app.results.service import StudyResults, find_results
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.notes import TableNote
from benchmark.exports.table_rows import result_rows
from benchmark.exports.writer import table_chunks
from benchmark.protocol import TableFormat, TableName


def export_table(
    database: Database, *, slug: str, principal: Principal, table: TableName, file_format: TableFormat
) -> Iterator[bytes]:
    """Return the file in chunks; access is checked before the first chunk.

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
    """
    with database.read() as session:
        results = find_results(session, slug=slug, principal=principal)
        votes = counted_votes(session, results.study) if table is TableName.SENSITIVITY else None
    note = note_of(results)
    if table is TableName.VOTES:
        return _stream_votes(database, results.study.id, file_format, note)
    counted = results.counted
    rows = result_rows(table, counted.tallies, counted.matchups, interim=results.is_interim, votes=votes)
    return table_chunks(table, rows, file_format, note=note)


def _stream_votes(
    database: Database, study_id: int, file_format: TableFormat, note: TableNote
) -> Iterator[bytes]:
    with database.read() as session:
        rows = vote_rows(session, session.get_one(Study, study_id))
        yield from table_chunks(TableName.VOTES, rows, file_format, note=note)


def note_of(results: StudyResults) -> TableNote:
    """Return the note with the counts behind the study's tables."""
    return TableNote.of(
        results.counted.tallies,
        left_out=results.live.left_out,
        imported=results.live.is_imported,
        interim=results.is_interim,
    )
