"""A random course of a study: Hypothesis chooses the steps, and each step is compared with a simple model.

Steps: register, upload, invite, assign, vote, vote again, skip, undo, let leases expire, exclude,
reinstate, pause, close, reopen, restart the server, crash in the middle of a transaction.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators import decisions
from app.errors import AppError, Conflict
from app.results.live.recount import recount
from app.security.annotators import new_annotator
from app.security.participants import lock_study
from app.studies import extension
from app.studies import service as studies
from app.submissions import service as submissions
from app.tables.bench import Benchmark
from app.tables.people import Annotator
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from app.voting import leases, service
from benchmark.protocol import AnnotatorKind, Choice, Justification, SkipReason, StudyStatus
from benchmark.wire.annotators import DecisionRequest
from benchmark.wire.votes import VoteRequest
from tests.app.voting.panel_model import LEASE_S, PanelModel
from tests.cast import PAIR_IDS, Cast, small_clip, upload_clip

MOST_ANNOTATORS = 5
START = datetime.fromisoformat("2026-11-30T12:00:00+00:00")
numbers = st.integers(0, 10**6)


class StudyCourse(RuleBasedStateMachine):
    """One study. Every step changes the product and the model, and compares their results."""

    cast: Cast
    courses = 0
    # How often each outcome happened in all courses; an outcome that never happens is not tested.
    seen: Counter[str]

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.model.now)

    def write(self, step: Callable[[Session, StudyRow], Any]) -> Any:
        """Run one step in a transaction with the lock; return the result, or the error code of a refusal."""
        self.model.now += 1
        try:
            with self.cast.context.database.write() as session:
                return step(session, lock_study(session, self.study_id))
        except AppError as refusal:
            return refusal.code

    def token(self, number: int) -> str:
        """Return one of the last six assignments."""
        last = list(self.model.shown)[-6:]
        return last[number % len(last)]

    def annotator(self, number: int) -> int:
        return self.annotators[number % len(self.annotators)]

    def assignment(self, session: Session, token: str) -> Assignment:
        return session.scalars(select(Assignment).where(Assignment.token == token)).one()

    # People and clips

    @initialize(panel=st.sampled_from([1, 3]))
    def begin(self, panel: int) -> None:
        type(self).courses += 1
        study = self.cast.open_study(
            f"course-{type(self).courses}",
            others=["cinemo"],
            votes_per_comparison=panel,
            lease_s=LEASE_S,
        )
        self.slug = study.slug
        self.annotators: list[int] = []
        self.clips: dict[str, int] = {}
        self.submission = ""
        with self.cast.context.database.read() as session:
            self.study_id = session.scalars(select(StudyRow.id).where(StudyRow.slug == self.slug)).one()
            of_study = select(Comparison.id).where(Comparison.study_id == self.study_id)
            self.model = PanelModel(list(session.scalars(of_study)), panel)
        for _ in range(3):
            self.invite()

    @precondition(lambda self: len(self.annotators) < MOST_ANNOTATORS)
    @rule()
    def invite(self) -> None:
        added = self.write(
            lambda session, study: (
                new_annotator(session, study_id=study.id, kind=AnnotatorKind.PARTICIPANT, now=self.now).id
            )
        )
        assert isinstance(added, int)
        self.annotators.append(added)

    @precondition(lambda self: not self.submission)
    @rule()
    def register(self) -> None:
        def step(session: Session, study: StudyRow) -> str:
            benchmark = session.get_one(Benchmark, study.benchmark_id)
            return submissions.open_submission(
                session,
                model="motif",
                benchmark=benchmark,
                label=self.slug,
                principal=self.cast.alice.principal,
                now=self.now,
            ).public_id

        self.submission = self.write(step)

    @precondition(lambda self: self.submission)
    @rule(pair=st.sampled_from(PAIR_IDS[:2]), shade=st.sampled_from([1, 2]))
    def upload(self, pair: str, shade: int) -> None:
        try:
            upload_clip(self.cast.context, self.cast.alice, self.submission, pair, small_clip(shade=shade))
            assert self.clips.setdefault(pair, shade) == shade
        except Conflict:
            assert self.clips[pair] != shade

    # Annotators

    @rule(number=numbers)
    def assign(self, number: int) -> None:
        person = self.annotator(number)
        found = self.write(
            lambda session, study: leases.next_assignment(
                session, annotator=session.get_one(Annotator, person), study=study, now=self.now
            )
        )
        if self.model.status != "open":
            assert found == "study_not_open"
            return
        self.model.expire()
        held = self.model.held(person)
        if held is not None:
            assert isinstance(found, leases.Lease)
            assert found.token == held
            self.model.shown[held].expires_at = self.model.now + LEASE_S
        elif found is None:
            assert self.model.candidates(person) == set()
        else:
            assert isinstance(found, leases.Lease)
            assert found.comparison_id in self.model.candidates(person)
            self.model.lease(found.token, person, found.comparison_id)

    @rule(number=numbers, choice=st.sampled_from(list(Choice)))
    def judge(self, number: int, choice: Choice) -> None:
        """Assign a comparison and vote, as most annotators do."""
        self.assign(number)
        held = self.model.held(self.annotator(number))
        if held is not None:
            self.vote_on(held, choice)

    @rule(numbers=st.lists(numbers, min_size=2, max_size=6), choice=st.sampled_from(list(Choice)))
    def judge_several(self, numbers: list[int], choice: Choice) -> None:
        if self.model.status != "open":
            return
        for number in numbers:
            self.judge(number, choice)

    @rule(number=numbers)
    def change_mind(self, number: int) -> None:
        """Undo the last vote of an annotator, and vote again."""
        if not (self.model.votes):
            return
        person = self.annotator(number)
        own = [token for token in self.model.votes if self.model.shown[token].annotator == person]
        if own:
            self.undo_of(own[-1])

    @rule(number=numbers, choice=st.sampled_from(list(Choice)))
    def vote(self, number: int, choice: Choice) -> None:
        if not (self.model.shown):
            return
        self.vote_on(self.token(number), choice)

    def vote_on(self, token: str, choice: Choice) -> None:
        request = VoteRequest(choice=choice, justifications=(Justification.OBJECT_MOTION,))
        refusal, was_new = (
            self.model.refusal_of_vote(token, choice),
            self.model.shown[token].status != "voted",
        )
        found = self.write(
            lambda session, study: service.cast_vote(
                session,
                assignment=self.assignment(session, token),
                study=study,
                request=request,
                now=self.now,
            )
        )
        if refusal is not None:
            assert found == refusal
            self.seen[f"vote: {refusal}"] += 1
            return
        assert isinstance(found, service.CastVote)
        self.seen[f"vote: {self.model.shown[token].status}"] += 1
        assert (found.is_new, found.choice) == (was_new, choice)
        self.model.vote(token, choice)

    @rule(number=numbers)
    def vote_again(self, number: int) -> None:
        """Send a stored vote again, as after a lost response."""
        if not (self.model.votes):
            return
        token = self.model.votes[number % len(self.model.votes)]
        self.vote_on(token, Choice(self.model.shown[token].answer))

    @rule(number=numbers)
    def skip(self, number: int) -> None:
        if not (self.model.shown):
            return
        token = self.token(number)
        refusal = self.model.refusal_of_skip(token)
        found = self.write(
            lambda session, study: service.skip(
                session,
                assignment=self.assignment(session, token),
                study=study,
                reason=next(iter(SkipReason)),
                now=self.now,
            )
        )
        assert found == refusal
        self.seen[f"skip: {refusal}"] += 1
        if refusal is None:
            self.model.shown[token].status = "skipped"

    @rule(number=numbers, choice=st.sampled_from(list(Choice)))
    def vote_after_skip(self, number: int, choice: Choice) -> None:
        """Vote on a skipped assignment, as from a second window."""
        skipped = [token for token, shown in self.model.shown.items() if shown.status == "skipped"]
        if skipped:
            self.vote_on(skipped[number % len(skipped)], choice)

    @rule(number=numbers)
    def undo(self, number: int) -> None:
        if not (self.model.shown):
            return
        self.undo_of(self.token(number))

    def undo_of(self, token: str) -> None:
        refusal = self.model.refusal_of_undo(token)
        found = self.write(
            lambda session, study: (
                service.undo(
                    session, assignment=self.assignment(session, token), study=study, now=self.now
                ).assignment.token
            )
        )
        self.seen[f"undo: {refusal}"] += 1
        if refusal is not None:
            assert found == refusal
        else:
            self.model.undo(token, found)

    @rule(number=numbers, others=st.lists(numbers, max_size=4), choice=st.sampled_from(list(Choice)))
    def vote_late(self, number: int, others: list[int], choice: Choice) -> None:
        """Let a lease expire, let other annotators vote in the meantime, and then vote."""
        if self.model.status != "open":
            return
        self.assign(number)
        token = self.model.held(self.annotator(number))
        self.wait(LEASE_S)
        self.assign(number + 1)
        for other in others:
            self.judge(other, choice)
        if token is not None:
            self.vote_on(token, choice)

    # Time, owner, machine

    @rule(seconds=st.sampled_from([60, LEASE_S, 3 * LEASE_S]))
    def wait(self, seconds: int) -> None:
        self.model.now += seconds

    @rule(number=numbers)
    def exclude(self, number: int) -> None:
        self._decide(decisions.exclude, self.annotator(number))
        self.model.exclude(self.annotator(number))

    @rule(number=numbers)
    def reinstate(self, number: int) -> None:
        if not (self.model.excluded):
            return
        person = sorted(self.model.excluded)[number % len(self.model.excluded)]
        self._decide(decisions.reinstate, person)
        self.model.reinstate(person)
        self.seen["reinstate: surplus"] += any(
            each.counted == "surplus" for each in self.model.shown.values()
        )

    @rule(number=numbers, others=st.lists(numbers, min_size=3, max_size=6))
    def exclude_for_a_while(self, number: int, others: list[int]) -> None:
        """Exclude an annotator with votes, let others fill the panels, and reinstate the annotator."""
        if not (self.model.votes and self.model.status == "open"):
            return
        person = self.model.shown[self.model.votes[number % len(self.model.votes)]].annotator
        self.exclude(self.annotators.index(person))
        for other in others:
            self.judge(other, Choice.LEFT)
        self.reinstate(sorted(self.model.excluded).index(person))

    def _decide(self, decide: Callable[..., object], person: int) -> None:
        def step(session: Session, study: StudyRow) -> None:
            decide(
                session,
                study=study,
                pseudonym=session.get_one(Annotator, person).pseudonym,
                request=DecisionRequest(reason="a test"),
                principal=self.cast.alice.principal,
                now=self.now,
            )

        assert self.write(step) is None

    @rule()
    def resume(self) -> None:
        if self.model.status == "open":
            return
        self.change_status("open")

    @rule(to=st.sampled_from(["paused", "closed"]))
    def change_status(self, to: str) -> None:
        if not (len(self.model.votes) > 2):
            return
        given = {"principal": self.cast.alice.principal}
        moves: dict[str, Callable[[Session, StudyRow], None]] = {
            "paused": lambda session, study: studies.pause_study(session, study=study, now=self.now, **given),
            "closed": lambda session, study: studies.close_study(session, study=study, now=self.now, **given),
            "open": lambda session, study: studies.open_study(session, study=study, now=self.now, **given),
        }
        move = moves[to]
        if (self.model.status, to) == ("closed", "open"):
            move = lambda session, study: extension.reopen_study(session, study=study, now=self.now, **given)  # noqa: E731
        found = self.write(move)
        if (self.model.status, to) == ("closed", "paused"):
            assert found == "study_status"
        else:
            assert found is None
            self.model.status = to
            self.seen[f"status: {to}"] += 1

    @rule()
    def restart(self) -> None:
        self.cast.context.database.close()

    @rule(number=numbers)
    def crash(self, number: int) -> None:
        """End a transaction after its statements but before its commit, so that it changes nothing."""
        if not (self.model.shown and self.model.status == "open"):
            return
        person = self.annotator(number)

        def step(session: Session, study: StudyRow) -> None:
            leases.next_assignment(
                session, annotator=session.get_one(Annotator, person), study=study, now=self.now
            )
            raise Conflict("The server was killed.", code="killed")

        assert self.write(step) == "killed"

    # Invariants

    @invariant()
    def panels_are_as_in_the_model(self) -> None:
        with self.cast.context.database.read() as session:
            study = session.get_one(StudyRow, self.study_id)
            rows = session.scalars(select(Comparison).where(Comparison.study_id == self.study_id)).all()
            assert study.status is StudyStatus(self.model.status)
            for row in rows:
                votes = row.votes_reference + row.votes_other
                assert (row.slots_taken, votes) == (self.model.slots(row.id), self.model.valid_votes(row.id))
                assert votes <= row.slots_taken <= self.model.panel
            assert study.unfilled_comparisons == sum(map(self.model.has_room, self.model.comparisons))

    def teardown(self) -> None:
        with self.cast.context.database.read() as session:
            assert recount(session, session.get_one(StudyRow, self.study_id)) == []
