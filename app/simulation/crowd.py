"""Lets a crowd of simulated annotators take part in a study, and reports what the study's owner would see."""

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import httpx2
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.annotators.queries import annotator_reports
from app.clock import utc_now
from app.database import Database
from app.invitations.links import invite
from app.panels.phases import study_phases
from app.panels.wanted_votes import counted_votes
from app.security.identity import Principal
from app.security.tokens import hash_token
from app.simulation.knowledge import Knowledge
from app.simulation.participant import Participant
from app.simulation.profiles import Profile
from app.tables.people import Annotator, Invitation, Person
from app.tables.phases import AnnotatorPhase
from app.tables.studies import Comparison, Study
from benchmark.client.tls import tls_context
from benchmark.protocol import Outcome, RuleStatus

_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class SimulatedAnnotator:
    """The outcome for one annotator.

    `failed` names the rules that the annotator failed, and the annotator's flags.

    `is_screened_out` says that the annotator failed the quiz.
    """

    profile: Profile
    votes: int
    refused: int
    seconds: float
    has_left: bool
    is_screened_out: bool
    failed: tuple[str, ...]

    @property
    def is_flagged(self) -> bool:
        """Return whether the annotator failed a rule, has a flag, or had every vote refused."""
        return bool(self.failed) or (self.refused > 0 and self.votes == 0)


@dataclass(frozen=True)
class SimulationResult:
    """The result of a simulation.

    `full`, `short` and `over` are the numbers of comparisons that have the required number of valid votes,
    fewer votes, and more votes.
    """

    annotators: tuple[SimulatedAnnotator, ...]
    full: int
    short: int
    over: int


def simulate_crowd(
    database: Database,
    *,
    study_id: int,
    address: str,
    people: Sequence[Profile],
    abandon_share: float,
    seed: int,
    step: Callable[[], None],
) -> SimulationResult:
    """Let annotators take part in turn, until all have finished or left.

    Args:
        database: the database of the copy of the installation.
        address: the URL of the server of this copy.
        people: the profile of each annotator.
        abandon_share: the share of annotators who leave before the end, from 0 to 1.
        step: called when an annotator has finished or left.
    """
    with database.write() as session:
        study = session.get_one(Study, study_id)
        slug, phases, shown = study.slug, study_phases(study), study.comparisons_per_annotator or study.pairs
        owner = session.get_one(Person, study.owner_id)
        invitations = invite(
            session,
            study=study,
            count=len(people),
            principal=Principal.of(owner),
            now=utc_now(),
        )
    knowledge = Knowledge(database, study_id=study_id, seed=seed)
    chance = random.Random(seed)  # noqa: S311  # a simulation that a seed repeats
    leaving = set(chance.sample(range(len(people)), round(abandon_share * len(people))))
    with ExitStack() as clients:
        crowd = [
            Participant(
                profile,
                client=clients.enter_context(_client(address)),
                slug=slug,
                invitation=invitation,
                phases=phases,
                knowledge=knowledge,
                seed=f"{seed}:{number}",
                leaves_after=chance.randrange(shown) if number in leaving else None,
            )
            for number, (profile, invitation) in enumerate(zip(people, invitations, strict=True))
        ]
        _take_turns(crowd, knowledge, step)
    return _result(database, study_id, crowd)


def _client(address: str) -> httpx2.Client:
    return httpx2.Client(base_url=address, follow_redirects=True, timeout=_TIMEOUT_S, verify=tls_context())


def _take_turns(crowd: Sequence[Participant], knowledge: Knowledge, step: Callable[[], None]) -> None:
    active = {person: person.take_part() for person in crowd}
    while active:
        for person, way in list(active.items()):
            try:
                next(way)
            except StopIteration:
                if person.has_left:
                    knowledge.let_leases_expire(person.invitation)
                del active[person]
                step()


def _result(database: Database, study_id: int, crowd: Sequence[Participant]) -> SimulationResult:
    with database.read() as session:
        study = session.get_one(Study, study_id)
        failed = {
            report.id: tuple(each.name for each in report.rules if each.status is RuleStatus.FAILED)
            for report in annotator_reports(session, study)
        }
        invitations = select(Invitation.token_hash, Invitation.annotator_id).where(
            Invitation.study_id == study_id
        )
        ids = {row.token_hash: row.annotator_id for row in session.execute(invitations)}
        annotator_ids = [ids.get(hash_token(each.invitation)) or 0 for each in crowd]
        screened_out = set(
            session.scalars(
                select(AnnotatorPhase.annotator_id)
                .join(Annotator, Annotator.id == AnnotatorPhase.annotator_id)
                .where(Annotator.study_id == study_id, AnnotatorPhase.outcome == Outcome.SCREENED_OUT)
            )
        )
        panels, panel = _panel_sizes(session, study_id), study.votes_per_comparison
    return SimulationResult(
        tuple(
            SimulatedAnnotator(
                profile=each.profile,
                votes=each.votes,
                refused=each.refused,
                seconds=each.seconds,
                has_left=each.has_left,
                is_screened_out=annotator_id in screened_out,
                failed=failed.get(annotator_id, ()),
            )
            for each, annotator_id in zip(crowd, annotator_ids, strict=True)
        ),
        full=panels.get(panel, 0),
        short=sum(count for number, count in panels.items() if number < panel),
        over=sum(count for number, count in panels.items() if number > panel),
    )


def _panel_sizes(session: Session, study_id: int) -> dict[int, int]:
    """Return the number of comparisons for each number of valid votes."""
    votes = counted_votes().label("votes")
    counted = (
        select(votes, func.count().label("comparisons"))
        .where(Comparison.study_id == study_id, Comparison.is_gold.is_(False))
        .group_by(votes)
    )
    return {row.votes: row.comparisons for row in session.execute(counted)}
