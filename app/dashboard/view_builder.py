"""Builds the dashboard of a study."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.cache import recent_annotators
from app.annotators.labels import agreement_cell, gold_cell, time_cell
from app.audit_log.event_details import details_text
from app.dashboard.flags import study_flags
from app.dashboard.queries import dashboard, reported_comparisons
from app.dashboard.view_models import (
    ActiveRow,
    AuditRow,
    Bar,
    DashboardPage,
    FlagCount,
    FlagsPart,
    LivePart,
    MatchupRow,
    PersonRow,
    ReportRow,
    ScenarioRow,
    VersionRow,
)
from app.panels.pay import money
from app.panels.protocol import every_protocol
from app.panels.side_names import Naming
from app.panels.sides import matchup_sides
from app.security.identity import Principal
from app.studies.view_builder import lines_of
from app.tables.audit import AuditEvent
from app.tables.studies import Study
from benchmark.exports.printed_cells import EMPTY
from benchmark.plurals import counted
from benchmark.protocol import SkipReason, StudyStatus
from benchmark.wire.dashboard import ActiveAnnotatorResponse, CostResponse, ProgressResponse

MAX_AUDIT = 50
_REASONS = {
    SkipReason.CLIP_DOES_NOT_PLAY: "a clip does not play",
    SkipReason.INPUT_MISSING: "the image is missing",
}


def dashboard_page(session: Session, study: Study, principal: Principal, *, now: datetime) -> DashboardPage:
    (line,) = lines_of(session, principal, [study])
    versions = [
        VersionRow(each.version, _moment(each.created_at), each.change)
        for each in reversed(every_protocol(session, study))
    ]
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == study.slug)
        .order_by(AuditEvent.id.desc())
        .limit(MAX_AUDIT)
    )
    audit = [
        AuditRow(_moment(each.at), each.actor, each.action, details_text(each.details)) for each in events
    ]
    return DashboardPage(study=line, live=live_part(session, study, now=now), versions=versions, audit=audit)


def live_part(session: Session, study: Study, *, now: datetime) -> LivePart:
    found = dashboard(session, study, now=now)
    naming_rows = matchup_sides(session, study)
    naming = Naming.of(session, naming_rows)
    names = {each.name: naming.matchup(each.reference, each.other) for each in naming_rows}
    url = f"/studies/{study.slug}"
    best = max((each.votes for each in found.hours), default=0)
    return LivePart(
        votes=found.votes,
        votes_wanted=found.votes_wanted,
        is_growing=study.status is StudyStatus.OPEN,
        annotators=counted(found.annotators, "annotator"),
        pilots=_pilots(found.pilots, found.pilot_votes),
        bars=tuple(
            Bar(each.votes, 100 * each.votes // best if best else 0, f"{each.start:%H}:00")
            for each in found.hours
        ),
        this_hour=found.hours[-1].votes,
        time_left=_time_left(found.hours_left, is_full=found.votes >= found.votes_wanted),
        cost=_cost(found.cost),
        active=_active_rows(session, study, found.active, now),
        matchups=_matchup_rows(found.progress, names),
        scenarios=_scenario_rows(found.progress),
        reports=tuple(
            ReportRow(
                each.pair,
                names[each.matchup],
                f"{_REASONS[each.reason]}, {counted(each.reports, 'report')}",
                f"{url}/pairs/{quote(each.pair, safe='')}",
            )
            for each in found.clip_reports
        ),
    )


def _active_rows(
    session: Session, study: Study, active: Sequence[ActiveAnnotatorResponse], now: datetime
) -> tuple[ActiveRow, ...]:
    found = recent_annotators(session, study)
    reports = {each.name: each for each in found.annotators} if found else {}
    rows = []
    for each in active:
        report = reports.get(each.annotator)
        rows.append(
            ActiveRow(
                each.annotator,
                f"/studies/{study.slug}/annotators/{each.annotator}",
                _ago(each.last_vote_at, now),
                each.votes,
                median=time_cell(report).text if report else EMPTY,
                gold=gold_cell(report.quality).text if report else EMPTY,
                agreement=agreement_cell(report.quality).text if report else EMPTY,
            )
        )
    return tuple(rows)


def flag_count(session: Session, study: Study) -> FlagCount:
    flags = study_flags(session, study)
    return FlagCount(
        f"/studies/{study.slug}/dashboard", len(flags.annotators), reported_comparisons(session, study)
    )


def flags_part(session: Session, study: Study) -> FlagsPart:
    flags = study_flags(session, study)
    url = f"/studies/{study.slug}/annotators"
    naming_rows = matchup_sides(session, study)
    naming = Naming.of(session, naming_rows)
    names = {each.name: naming.matchup(each.reference, each.other) for each in naming_rows}
    return FlagsPart(
        f"{flags.at:%H:%M} UTC",
        tuple(
            PersonRow(each.name, f"{url}/{each.name}", ", ".join(each.flags), each.votes)
            for each in flags.annotators
        ),
        tuple(names[each] for each in flags.sensitive),
    )


def _matchup_rows(progress: Sequence[ProgressResponse], names: dict[str, str]) -> tuple[MatchupRow, ...]:
    rows: dict[str, list[ProgressResponse]] = {}
    for each in progress:
        rows.setdefault(each.matchup, []).append(each)
    return tuple(
        MatchupRow(
            names[matchup],
            votes=sum(each.votes for each in parts),
            votes_wanted=sum(each.votes_wanted for each in parts),
            comparisons=sum(each.comparisons for each in parts),
            complete=sum(each.complete for each in parts),
        )
        for matchup, parts in rows.items()
    )


def _scenario_rows(progress: Sequence[ProgressResponse]) -> tuple[ScenarioRow, ...]:
    matchups = list(dict.fromkeys(each.matchup for each in progress))
    cells = {(each.scenario, each.matchup): each for each in progress}
    rows = []
    for scenario in sorted({each.scenario for each in progress}):
        found = [cells.get((scenario, matchup)) for matchup in matchups]
        shares = tuple(
            None if each is None else 100 * each.votes // each.votes_wanted if each.votes_wanted else 100
            for each in found
        )
        rows.append(ScenarioRow(scenario.replace("_", " "), shares))
    return tuple(rows)


def _pilots(people: int, votes: int) -> str:
    if not people and not votes:
        return ""
    return f"{counted(people, 'pilot')} and previews gave {counted(votes, 'vote')} that never count"


def _time_left(hours: float | None, *, is_full: bool) -> str:
    if is_full:
        return "none"
    if hours is None:
        return "unknown"
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours:.0f} h" if hours >= 1 else "less than 1 h"


def _cost(found: CostResponse | None) -> str:
    if found is None:
        return ""
    spent, total = (money(amount, found.currency) for amount in (found.spent, found.total))
    return f"Cost: about {spent} of {total}"


def _ago(moment: datetime, now: datetime) -> str:
    minutes = int((now - moment).total_seconds() // 60)
    return "now" if minutes < 1 else f"{minutes} min ago"


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
