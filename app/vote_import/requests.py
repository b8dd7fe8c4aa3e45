"""Queues the import of a votes table as a background task."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.security.identity import Principal
from app.tables.tasks import Task
from app.tasks import service as tasks
from benchmark.protocol import TaskKind
from benchmark.tables import TableError
from benchmark.votes.columns import VOTE_COLUMNS
from benchmark.votes.imported import Answers, ColumnMapping, parse_mapping

KIND = TaskKind.VOTES_IMPORT
# The server process itself reads the table, so a table has a stricter limit than other uploads. Parquet is
# not accepted: a small file can expand to any size in memory.
MAX_TABLE_BYTES = 64 * 1024 * 1024
TABLE_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
}


@dataclass(frozen=True)
class VotesToImport:
    """A request to import a votes table.

    Each text in `columns` has the form COLUMN=SOURCE, such as `pair=sample`.
    """

    study: str
    benchmark: str
    columns: tuple[str, ...]
    reference: str | None
    answers: Answers | None
    title: str
    dry_run: bool

    def mapping(self) -> ColumnMapping:
        """Return the mapping of columns.

        Raises:
            Invalid: a column is unknown, mapped twice or missing.
        """
        try:
            return ColumnMapping(parse_mapping(self.columns), reference=self.reference, answers=self.answers)
        except TableError as error:
            raise Invalid(
                "map: send COLUMN=SOURCE once for each column; pair, left, right, chosen and annotator are "
                f"required. The columns are {', '.join(VOTE_COLUMNS)}.",
                code="invalid_field",
            ) from error

    @classmethod
    def of_details(cls, details: Mapping[str, Any]) -> Self:
        """Return the import request that is stored in a task's details."""
        answers = details["answers"]
        return cls(
            study=details["study"],
            benchmark=details["benchmark"],
            columns=tuple(details["columns"]),
            reference=details["reference"],
            answers=Answers(answers) if answers else None,
            title=details["title"],
            dry_run=details["dry_run"],
        )


def queue_votes_import(
    session: Session,
    *,
    wanted: VotesToImport,
    table_key: str,
    suffix: str,
    principal: Principal,
    now: datetime,
) -> Task:
    """Queue the import of a votes table that was uploaded to the media store.

    Raises:
        Conflict: another import into this study is unfinished (`import_running`).
    """
    details = {**asdict(wanted), "columns": list(wanted.columns), "table_key": table_key, "suffix": suffix}
    task = tasks.enqueue(
        session, kind=KIND, subject=wanted.study, now=now, owner_id=principal.person_id, details=details
    )
    if (task.details or {}).get("table_key") != table_key:
        raise Conflict(
            "Votes are being imported into this study. Wait until that task has ended.",
            code="import_running",
        )
    session.flush()
    return task
