"""Says where the votes of an imported or merged study come from."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.panels.protocol import newest_protocol
from app.results.service import StudyResults
from benchmark.plurals import counted

_IMPORTED = (
    "These votes were imported from another study. It is not known how, to whom and in which order the other "
    "study showed its clips. If a reason has no votes, annotators may not have been able to choose it."
)


@dataclass(frozen=True)
class ImportedNote:
    title: str
    text: str


def imported_note(session: Session, results: StudyResults) -> ImportedNote | None:
    """Return a sentence that names the source of the votes; None if people voted in this study."""
    if not results.live.is_imported:
        return None
    newest = newest_protocol(session, results.study)
    merged = newest.document.get("merged") if newest else None
    if not merged:
        return ImportedNote("Imported.", _IMPORTED)
    sources = "; ".join(f"{each['study']}, {counted(each['votes'], 'vote')}" for each in merged)
    return ImportedNote(
        "Merged.",
        f"These votes come from studies of the same clips: {sources}. The pseudonym of an annotator begins "
        "with the number of the study in this list.",
    )
