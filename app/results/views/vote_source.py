"""Names the source of the votes if people did not vote in this study: an import, a merge or a judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.panels.protocol import newest_protocol
from app.results.service import StudyResults
from benchmark.plurals import counted
from benchmark.protocol import StudyKind

_IMPORTED = (
    "These votes were imported from another study. It is not known how, to whom and in which order the other "
    "study showed its clips. If a reason has no votes, annotators may not have been able to choose it."
)


@dataclass(frozen=True)
class VoteSourceNote:
    title: str
    text: str


def vote_source_note(session: Session, results: StudyResults) -> VoteSourceNote | None:
    """Return a sentence that names the source of the votes; None if people voted in this study."""
    if results.live.is_human:
        return None
    newest = newest_protocol(session, results.study)
    document = newest.document if newest else {}
    if results.live.kind is StudyKind.AUTOMATIC:
        return VoteSourceNote("Automatic.", _judge_sentence(document["judge"]))
    merged = document.get("merged")
    if not merged:
        return VoteSourceNote("Imported.", _IMPORTED)
    sources = "; ".join(f"{each['study']}, {counted(each['votes'], 'vote')}" for each in merged)
    return VoteSourceNote(
        "Merged.",
        f"These votes come from studies of the same clips: {sources}. The pseudonym of an annotator begins "
        "with the number of the study in this list.",
    )


def _judge_sentence(judge: Mapping[str, Any]) -> str:
    return (
        f"An automatic judge cast these votes by the fixed rule {judge['rule']}, which compares the motion "
        "of two clips with the true motion. No person voted. The judge gave no vote on "
        f"{counted(judge['ties'], 'comparison')} of nearly equal clips, and on "
        f"{counted(judge['not_measured'], 'comparison')} of clips without a measured motion."
    )
