"""Makes the annotators' pages from what is known of a study's people."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.labels import (
    cells_of,
    figures_of,
    flag_words,
    flags_of,
    standing_of,
    standing_with_reason,
)
from app.annotators.queries import AnnotatorReport, PeopleLine, annotator_reports, study_people
from app.annotators.sort_order import columns, sort_reports
from app.annotators.view_models import (
    AnnotatorLine,
    AnnotatorPage,
    AnnotatorsPage,
    Cell,
    MatchupLine,
    Order,
    PastDecision,
    SortBy,
)
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.exports.table_format import EMPTY
from benchmark.plurals import counted
from benchmark.protocol import StudyStatus
from benchmark.stats.sensitivity import sensitivity_sentence

_DECIDED = {
    "annotator.exclude": "took out {votes}",
    "annotator.reinstate": "counted {votes} again",
    "vote.exclude": "took out the vote on {pair} in {matchup}",
    "vote.reinstate": "counted the vote on {pair} in {matchup} again",
}


def annotators_page(session: Session, study: Study, *, by: SortBy, order: Order) -> AnnotatorsPage:
    people = study_people(session, study)
    url = f"/studies/{study.slug}/annotators"
    return AnnotatorsPage(
        study_slug=study.slug,
        study_title=study.title,
        lede=_lede(people.annotators),
        columns=columns(url, by, order),
        rows=tuple(_line(url, report) for report in sort_reports(people.annotators, by, order)),
        matchups=tuple(_matchup_line(line) for line in people.matchups),
        sentences=tuple(_sentence(line) for line in people.matchups if _rests_on_one(line)),
    )


def annotator_page(
    session: Session, study: Study, annotator: Annotator, *, notice: str | None = None, typed: str = ""
) -> AnnotatorPage:
    reports = annotator_reports(session, study)
    report = next(each for each in reports if each.name == annotator.pseudonym)
    return AnnotatorPage(
        study_slug=study.slug,
        study_title=study.title,
        name=report.name,
        standing=standing_of(report),
        reason=report.excluded_reason,
        figures=figures_of(report),
        flags=flags_of(report.quality),
        is_excluded=report.excluded_at is not None,
        may_decide=report.left_at is None,
        consequence=_consequence(report, study),
        history=_history(session, study, annotator),
        notice=notice,
        typed=typed,
    )


def _lede(reports: tuple[AnnotatorReport, ...]) -> str:
    if not reports:
        return "Nobody has opened an invitation yet."
    flagged = sum(bool(report.quality.flags) for report in reports)
    excluded = sum(report.excluded_at is not None for report in reports)
    people = "1 person" if len(reports) == 1 else f"{len(reports):,} people"
    noticed = f"something was noticed about {flagged}" if flagged else "nothing was noticed about anybody"
    return f"{people}; {noticed}; {excluded or 'nobody'} excluded."


def _line(url: str, report: AnnotatorReport) -> AnnotatorLine:
    return AnnotatorLine(
        name=report.name,
        url=f"{url}/{report.name}",
        cells=cells_of(report),
        flags=flag_words(report.quality),
        standing=standing_with_reason(report),
        is_out=report.excluded_at is not None or report.left_at is not None,
    )


def _matchup_line(line: PeopleLine) -> MatchupLine:
    row = line.row
    return MatchupLine(
        name=row.matchup.replace(":", " / "),
        score=_share(row.ti2v_score_reference),
        weighed=_share(line.dawid_skene),
        lowest=Cell(_share(row.lowest), f"without {row.lowest_without}" if row.lowest_without else ""),
        highest=Cell(_share(row.highest), f"without {row.highest_without}" if row.highest_without else ""),
        drawn_again=EMPTY if row.ci_low is None else f"[{row.ci_low}, {row.ci_high}]",
    )


def _rests_on_one(line: PeopleLine) -> bool:
    """Tell whether leaving out one person puts the other side ahead, or leaves nothing to say."""
    score, lowest, highest = line.row.ti2v_score_reference, line.row.lowest, line.row.highest
    if score is None or lowest is None or highest is None:
        return True
    return lowest <= 50 < score or highest >= 50 > score


def _sentence(line: PeopleLine) -> str:
    return f"{line.row.matchup.replace(':', ' / ')}: {sensitivity_sentence(line.row)}"


def _share(value: float | None) -> str:
    return EMPTY if value is None else str(value)


def _consequence(report: AnnotatorReport, study: Study) -> str:
    if report.excluded_at is not None:
        return (
            f"{counted(report.excluded, 'excluded vote')}. Those this exclusion took out count again; where "
            "others have filled the panel meanwhile they become surplus, which counts for nothing."
        )
    votes = "1 vote stops" if report.valid == 1 else f"{report.valid:,} votes stop"
    if study.status is StudyStatus.CLOSED:
        return (
            f"{votes} counting. The study is closed, so nobody votes in their place and its results change."
        )
    return f"{votes} counting and somebody else is asked instead. This person is given nothing more to judge."


def _deed(event: AuditEvent) -> str:
    votes = {"votes": counted(event.details["votes"], "vote")} if "votes" in event.details else {}
    return _DECIDED[event.action].format_map(event.details | votes)


def _history(session: Session, study: Study, annotator: Annotator) -> tuple[PastDecision, ...]:
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == study.slug, AuditEvent.action.in_(_DECIDED))
        .order_by(AuditEvent.id)
    )
    return tuple(
        PastDecision(
            when=f"{event.at.day} {event.at:%B %Y, %H:%M} UTC",
            what=f"{event.actor} {_deed(event)}",
            reason=event.details["reason"],
        )
        for event in events
        if event.details["annotator"] == annotator.pseudonym
    )
