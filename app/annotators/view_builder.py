"""Builds the pages of a study's annotators."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import decision_reasons
from app.annotators.cache import kept_annotators
from app.annotators.labels import (
    FLAG_NAMES,
    cells_of,
    figures_of,
    flag_names,
    flags_of,
    rule_lines,
    vote_status,
    vote_status_with_reason,
)
from app.annotators.queries import AnnotatorReport
from app.annotators.sensitivity import MatchupSensitivity
from app.annotators.sort_order import columns, sort_reports
from app.annotators.view_models import (
    AnnotatorLine,
    AnnotatorPage,
    AnnotatorsPage,
    AuditEntry,
    Cell,
    MatchupLine,
    Order,
    SortBy,
)
from app.panels.side_names import Naming
from app.panels.sides import matchup_sides
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.exports.printed_cells import EMPTY
from benchmark.plurals import counted
from benchmark.protocol import AnnotatorKind, Flag, StudyStatus
from benchmark.stats.conclusions import sensitivity_sentence

_ACTIONS = {
    "annotator.exclude": "excluded {votes}",
    "annotator.reinstate": "reinstated {votes}",
    "flag.dismiss": "dismissed the flag “{flag}”",
    "flag.restore": "restored the flag “{flag}”",
    "vote.exclude": "excluded the vote on {pair} in {matchup}",
    "vote.reinstate": "reinstated the vote on {pair} in {matchup}",
}


def annotators_page(session: Session, study: Study, *, by: SortBy, order: Order) -> AnnotatorsPage:
    people = kept_annotators(session, study).found
    names = _matchup_names(session, study)
    url = f"/studies/{study.slug}/annotators"
    return AnnotatorsPage(
        study_slug=study.slug,
        study_title=study.title,
        lede=_lede(people.annotators),
        columns=columns(url, by, order),
        rows=tuple(_line(url, report) for report in sort_reports(people.annotators, by, order)),
        matchups=tuple(_matchup_line(names[line.row.matchup], line) for line in people.matchups),
        sentences=tuple(
            f"{names[line.row.matchup]}: {sensitivity_sentence(line.row)}"
            for line in people.matchups
            if line.depends_on_one
        ),
    )


def annotator_page(
    session: Session,
    study: Study,
    annotator: Annotator,
    *,
    notice: str | None = None,
    noticed_flag: Flag | None = None,
    submitted_reason: str = "",
) -> AnnotatorPage:
    reports = kept_annotators(session, study).found.annotators
    report = next(each for each in reports if each.name == annotator.pseudonym)
    return AnnotatorPage(
        study_slug=study.slug,
        study_title=study.title,
        name=report.name,
        vote_status=vote_status(report),
        reason=report.excluded_reason,
        figures=figures_of(report),
        flags=flags_of(report),
        rules=rule_lines(report),
        is_excluded=report.excluded_at is not None,
        obstacle=_obstacle(report),
        consequence=_consequence(report, study),
        history=_history(session, study, annotator),
        notice=notice,
        noticed_flag=noticed_flag,
        submitted_reason=submitted_reason,
    )


def _lede(reports: tuple[AnnotatorReport, ...]) -> str:
    if not reports:
        return "Nobody has opened an invitation yet."
    flagged = sum(bool(report.open_flags) for report in reports)
    excluded = sum(report.excluded_at is not None for report in reports)
    flags = f"{flagged:,} with flags" if flagged else "no flags"
    return f"{counted(len(reports), 'annotator')}: {flags}, {excluded:,} excluded."


def _line(url: str, report: AnnotatorReport) -> AnnotatorLine:
    return AnnotatorLine(
        name=report.name,
        url=f"{url}/{report.name}",
        cells=cells_of(report),
        flags=flag_names(report),
        vote_status=vote_status_with_reason(report),
        is_out=report.excluded_at is not None or report.left_at is not None,
    )


def _matchup_names(session: Session, study: Study) -> dict[str, str]:
    """Return the display names of a study's matchups, for example `MotiF / Cinemo`."""
    sides = matchup_sides(session, study)
    naming = Naming.of(session, sides)
    return {each.name: f"{naming.side(each.reference)} / {naming.side(each.other)}" for each in sides}


def _matchup_line(name: str, line: MatchupSensitivity) -> MatchupLine:
    row = line.row
    return MatchupLine(
        name=name,
        score=_share(row.ti2v_score_reference),
        weighted=_share(line.dawid_skene),
        lowest=Cell(_share(row.lowest), f"without {row.lowest_without}" if row.lowest_without else ""),
        highest=Cell(_share(row.highest), f"without {row.highest_without}" if row.highest_without else ""),
        bootstrap=EMPTY if row.ci_low is None else f"[{row.ci_low}, {row.ci_high}]",
    )


def _share(value: float | None) -> str:
    return EMPTY if value is None else str(value)


def _consequence(report: AnnotatorReport, study: Study) -> str:
    if report.excluded_at is not None:
        return (
            f"{counted(report.excluded, 'excluded vote')}. Votes that this exclusion changed count again. "
            "Where other annotators have filled the panel, a vote becomes surplus and does not count."
        )
    votes = "1 vote no longer counts" if report.valid == 1 else f"{report.valid:,} votes no longer count"
    if study.status is StudyStatus.CLOSED:
        return f"{votes}. The study is closed, so nobody can fill the free slots, and the results change."
    return f"{votes}; other annotators get those comparisons. This annotator gets no new comparisons."


def _obstacle(report: AnnotatorReport) -> str:
    """Return why the owner cannot exclude or reinstate the annotator; the text is empty if the owner can."""
    if report.left_at is not None:
        return "This annotator left the study and withdrew all votes."
    return {
        AnnotatorKind.IMPORTED: (
            "The votes were imported. Mark votes as excluded in the source table and import the table again."
        ),
        AnnotatorKind.JUDGE: "The automatic judge is a program that votes by a fixed rule.",
    }.get(report.kind, "")


def _action_text(event: AuditEvent) -> str:
    votes = {"votes": counted(event.details["votes"], "vote")} if "votes" in event.details else {}
    flag = {"flag": FLAG_NAMES[Flag(event.details["flag"])]} if "flag" in event.details else {}
    return _ACTIONS[event.action].format_map(event.details | votes | flag)


def _history(session: Session, study: Study, annotator: Annotator) -> tuple[AuditEntry, ...]:
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == study.slug, AuditEvent.action.in_(_ACTIONS))
        .order_by(AuditEvent.id)
    )
    reasons = decision_reasons(session, annotator)
    return tuple(
        AuditEntry(
            when=f"{event.at.day} {event.at:%B %Y, %H:%M} UTC",
            action=f"{event.actor} {_action_text(event)}",
            reason=reasons.get(event.at, ""),
        )
        for event in events
        if event.details["annotator"] == annotator.pseudonym
    )
