"""Merges a closed study with a report of another server into a new closed study.

Neither study changes. The votes of the new study are `imported`, and its sides are the submissions on this
server. If a vote does not count in its own study, the merge leaves the vote out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.security.identity import Principal
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Matchup, Study
from app.vote_import.service import ImportedSource, is_imported_already, store_study
from app.vote_import.validation import ImportedSide, ImportPlan, table_digest
from app.vote_merge.sides import OwnSide, match_sides, own_sides
from app.vote_merge.votes import (
    MergedVote,
    merged_sources,
    merged_table,
    own_votes,
    refuse_shared_votes,
    reported_votes,
)
from benchmark.protocol import StudyKind, StudyStatus
from benchmark.report.reader import StudyReport
from benchmark.stats.votes import Matchup as SidesOfMatchup
from benchmark.votes.validate import check_votes
from benchmark.wire.common import SLUG

ACTION = "study.merge"
_PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True)
class MergeResult:
    """The numbers of votes, matchups and annotators in a merge; `merged` is false if nothing was stored."""

    votes: int
    matchups: int
    annotators: int
    votes_of_study: int
    votes_of_report: int
    merged: bool


@dataclass(frozen=True)
class MergePlan:
    """The votes of a study and of a report, ready to be stored.

    Attributes:
        votes: the votes of the study and of the report.
        study: the slug of the study on this server.
        report: the slug of the report's study, and the sha256 of the report; both together identify the
            report.
        sources: the merged studies with their numbers of votes; the last source is the report's study.
    """

    votes: ImportPlan
    study: str
    report: tuple[str, str]
    sources: Sequence[Mapping[str, object]]
    votes_of_study: int
    votes_of_report: int


def plan_merge(session: Session, *, study: Study, report: StudyReport, slug: str) -> MergePlan:
    """Check that a report fits a study, and return the votes of the new study `slug`. Nothing is stored.

    Raises:
        Invalid: the report has another benchmark or other clips, its study is not closed, or its votes were
            imported from a table.
        Conflict: the study cannot be merged, or a vote is in both studies.
        TableError: rows of the report contradict each other.
    """
    if not re.fullmatch(SLUG, slug):
        raise Invalid("A slug has at most 64 lower-case letters, digits, '.', '_' and '-'.")
    sources = merged_sources(session, study)
    is_merged = bool(sources)
    check_study(study, is_merged=is_merged)
    _check_report(session, study, report)
    own = own_sides(session, study)
    matched = match_sides(own, report)
    votes_here = own_votes(session, study, is_merged=is_merged)
    if not is_merged:
        sources = [{"source": 1, "study": study.slug, "votes": len(votes_here)}]
    number = len(sources) + 1
    votes_there = list(reported_votes(report, matched, source=number))
    refuse_shared_votes(votes_here, votes_there)
    reported = report.protocol.study.slug
    sources.append({"source": number, "study": reported, "report": report.sha256, "votes": len(votes_there)})
    return MergePlan(
        votes=_plan(session, study, slug, own, [*votes_here, *votes_there]),
        study=study.slug,
        report=(reported, report.sha256),
        sources=sources,
        votes_of_study=len(votes_here),
        votes_of_report=len(votes_there),
    )


def store_merge(
    session: Session,
    *,
    merge: MergePlan,
    title: str,
    principal: Principal,
    now: datetime,
    dry_run: bool = False,
    on_part: Callable[[], None] = lambda: None,
) -> MergeResult:
    """Store a merge as a closed study. Storing the same merge again changes nothing.

    Raises:
        Conflict: a study with this slug exists and has other votes (`study_exists`).
    """
    plan, (reported, sha256) = merge.votes, merge.report
    is_there = is_imported_already(session, plan, action=ACTION)
    if not is_there and not dry_run:
        origin = ImportedSource(
            title=title or plan.study,
            file=f"the report of {reported}",
            action=ACTION,
            details={"study": merge.study, "report_of": reported, "report": sha256},
            change=f"Merged {merge.study} with the report of {reported}",
            merged=merge.sources,
        )
        store_study(session, plan=plan, source=origin, principal=principal, now=now, on_part=on_part)
    return MergeResult(
        votes=len(plan.votes),
        matchups=len(plan.votes.matchups),
        annotators=len(plan.votes.annotators),
        votes_of_study=merge.votes_of_study,
        votes_of_report=merge.votes_of_report,
        merged=not is_there and not dry_run,
    )


def check_study(study: Study, *, is_merged: bool) -> None:
    """Refuse a study that is not closed, or whose clips are unknown.

    Raises:
        Conflict: the study cannot be merged (`study_status`, `study_kind`).
    """
    if study.status is not StudyStatus.CLOSED:
        raise Conflict(
            "Only closed studies are merged, so that nobody sees results while people vote. Close the study "
            "first.",
            code="study_status",
        )
    if study.kind is not StudyKind.HUMAN and not is_merged:
        raise Conflict(
            "The votes of this study were imported from a table or cast by an automatic judge. Only "
            "studies of people on this service are merged.",
            code="study_kind",
        )


def _check_report(session: Session, study: Study, report: StudyReport) -> None:
    """Refuse a report whose study is open, whose votes come from a table, or whose benchmark is different."""
    protocol, benchmark = report.protocol, session.get_one(Benchmark, study.benchmark_id)
    if protocol.study.status is not StudyStatus.CLOSED:
        raise Invalid(
            "The report is an interim report. Close the study on the other server, and download its report "
            "again.",
        )
    if protocol.study.kind is not StudyKind.HUMAN and not protocol.merged:
        raise Invalid(
            "The report's votes were imported from a table or cast by an automatic judge. They cannot be "
            "merged."
        )
    if protocol.benchmark.content_hash != benchmark.content_hash:
        raise Invalid(
            f"The report uses another benchmark than {benchmark.slug} version {benchmark.version}: their "
            "contents differ. Merge studies of the same benchmark.",
        )


def _plan(
    session: Session, study: Study, slug: str, own: Sequence[OwnSide], merged: Sequence[MergedVote]
) -> ImportPlan:
    wrong = sorted({vote.annotator for vote in merged if not _PSEUDONYM.fullmatch(vote.annotator)})
    if wrong:
        raise Invalid("A pseudonym has at most 38 letters, digits, '.', '_' and '-'.", problems=wrong)
    table = merged_table(session, study, slug, merged)
    votes = check_votes(table)
    pairs = {
        row.name: row.id
        for row in session.execute(select(Pair.name, Pair.id).where(Pair.benchmark_id == study.benchmark_id))
    }
    unknown = sorted(set(votes.pairs) - set(pairs))
    if unknown:
        raise Invalid("The report has votes on pairs that the benchmark does not have.", problems=unknown)
    cast_at = tuple(vote.cast_at for vote in merged)
    return ImportPlan(
        study=slug,
        benchmark_id=study.benchmark_id,
        votes=votes,
        cast_at=cast_at,
        pair_ids=tuple(pairs[name] for name in votes.pairs),
        sides=_sides(own),
        pseudonyms=votes.annotators,
        seeds=_seeds(session, study, own, votes.matchups),
        digest=table_digest(table),
    )


def _sides(own: Sequence[OwnSide]) -> dict[str, ImportedSide]:
    return {
        each.name: ImportedSide(each.name, *each.name.partition("@")[::2], submission_id=each.submission_id)
        for each in own
    }


def _seeds(
    session: Session, study: Study, own: Sequence[OwnSide], matchups: Sequence[SidesOfMatchup]
) -> tuple[tuple[int, int], ...]:
    """Return the two seeds of each matchup.

    If the study has the same matchup, return the seeds of this matchup; otherwise return the seeds of the
    two sides.
    """
    sides = {each.name: each for each in own}
    rows = session.scalars(select(Matchup).where(Matchup.study_id == study.id))
    shown = {(row.reference_id, row.other_id): (row.reference_seed, row.other_seed) for row in rows}
    found = []
    for each in matchups:
        reference, other = sides[each.reference], sides[each.other]
        ids = reference.submission_id, other.submission_id
        found.append(shown.get(ids, (reference.seed, other.seed)))
    return tuple(found)
