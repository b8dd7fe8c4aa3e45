"""Computes an annotator's progress in a study."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.panels.annotator_counts import AnnotatorCounts, annotator_counts
from app.panels.gold import count_gold_met, gold_among
from app.tables.studies import Study


@dataclass(frozen=True)
class Progress:
    """The number of pairs that the annotator has done, and the total that the page shows.

    The total assumes that other annotators take none of the remaining pairs.
    """

    done: int
    total: int


def progress_of(session: Session, *, study: Study, annotator_id: int) -> Progress:
    counts = annotator_counts(session, study=study, annotator_id=annotator_id)
    return counted_progress(session, counts=counts, study=study, annotator_id=annotator_id)


def counted_progress(
    session: Session, *, counts: AnnotatorCounts, study: Study, annotator_id: int
) -> Progress:
    """Return an annotator's progress, computed from the counts of the annotator's assignments."""
    total = counts.shown + study.unfilled_comparisons - counts.met_with_places
    if study.gold_block is not None and total > counts.shown:
        total += _gold_to_come(session, study=study, annotator_id=annotator_id, total=total)
    if study.comparisons_per_annotator is not None:
        total = min(total, max(study.comparisons_per_annotator, counts.shown))
    return Progress(counts.done, total)


def _gold_to_come(session: Session, *, study: Study, annotator_id: int, total: int) -> int:
    """Return how many gold questions an annotator will still get.

    `total` is the number of ordinary comparisons plus the gold questions that were already shown.

    If future gold questions were not counted, the displayed total would grow with every gold question, and
    annotators could recognise gold questions.
    """
    met = count_gold_met(session, annotator_id=annotator_id)
    return max(0, gold_among(study, annotator_id=annotator_id, others=total - met) - met)
