"""Finds an annotator's next comparison: an ordinary comparison, a gold question or a repeat."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.panels.allocation import require_room_today
from app.panels.annotator_counts import AnnotatorCounts
from app.panels.gold import choose_gold
from app.panels.quality import end_if_failed
from app.panels.repeats import choose_repeat
from app.panels.selection import ChosenComparison, choose_comparison
from app.tables.people import Annotator
from app.tables.studies import Study


def next_comparison(
    session: Session, *, counts: AnnotatorCounts, study: Study, annotator: Annotator, now: datetime
) -> ChosenComparison | None:
    """Return the annotator's next comparison; None if no comparison is left for this annotator.

    If the annotator failed a quality rule of the study, this function ends the study for the annotator.

    Raises:
        DayLimitReached: the annotator reached the study's limit of comparisons for today.
    """
    if counts.is_out or end_if_failed(session, study=study, annotator=annotator, now=now):
        return None
    most = study.comparisons_per_annotator
    if most is not None and counts.shown >= most:
        return None
    chosen = choose_comparison(session, study=study, annotator_id=annotator.id, shown=counts.shown)
    if chosen is None:
        return None
    require_room_today(session, study=study, annotator_id=annotator.id, now=now)
    position = counts.next_position
    return (
        choose_gold(session, study=study, annotator_id=annotator.id, position=position)
        or choose_repeat(session, study=study, annotator_id=annotator.id, position=position)
        or chosen
    )
