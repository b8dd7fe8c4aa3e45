"""Exclusion and reinstatement of annotators: slots, counters and reasons; nothing is deleted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.annotators.queries import study_annotators
from app.context import AppContext
from app.errors import Conflict, Invalid
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from app.tables.voting import VoteEvent
from benchmark.protocol import StudyKind, VoteStatus
from tests.acting import ask, assign, refused, vote
from tests.app.annotators.people import FIRST, SECOND, People, gather
from tests.app.results.page_voters import annotator, signed_in
from tests.app.results.page_voters import vote as vote_next
from tests.cast import Cast
from tests.page_text import text_of

VALID, EXCLUDED, SURPLUS = VoteStatus.VALID, VoteStatus.EXCLUDED, VoteStatus.SURPLUS


@pytest.fixture
def either_people(either_installation: AppContext) -> People:
    """Two comparisons that need one vote each, on SQLite and on PostgreSQL."""
    return gather(either_installation)


@pytest.fixture
def people(cast: Cast) -> People:
    return People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=1))


def test_an_exclusion_takes_votes_out_and_frees_their_slots(either_people: People) -> None:
    either_people.comes(votes=2)
    assert either_people.slots_taken() == [1, 1]

    changed = either_people.exclude(FIRST)

    assert changed.excluded == 2
    assert either_people.statuses(FIRST) == [EXCLUDED, EXCLUDED]
    assert either_people.slots_taken() == [0, 0]
    assert either_people.differences() == []


def test_a_second_exclusion_changes_nothing(people: People) -> None:
    people.comes(votes=2)
    people.exclude(FIRST, "always side A")

    changed = people.exclude(FIRST, "another reason")

    assert changed.excluded == 0
    with people.cast.context.database.read() as session:
        assert session.scalars(select(VoteEvent.reason)).all() == ["always side A"] * 2
        assert (
            len(session.scalars(select(AuditEvent).where(AuditEvent.action == "annotator.exclude")).all())
            == 1
        )


def test_the_reasons_are_kept_until_the_annotator_leaves(either_people: People) -> None:
    browser = either_people.comes(votes=2)
    either_people.exclude(FIRST, "clicked through")
    either_people.reinstate(FIRST, "was tired")
    owner = signed_in(either_people.cast.context, either_people.cast.alice)
    address = f"/studies/motif-study/annotators/{FIRST}"
    kept = text_of(owner.get(address).text)

    assert browser.post("/studies/motif-study/withdraw").status_code == 200

    erased = text_of(owner.get(address).text)
    for reason in ("clicked through", "was tired"):
        assert (reason in kept, reason in erased) == (True, False)
    assert "alice excluded 2 votes." in erased


def test_the_reason_is_kept_with_the_votes_but_not_in_the_audit_log(people: People) -> None:
    people.comes(votes=1)
    people.exclude(FIRST, "  clicked through  ")

    with people.cast.context.database.read() as session:
        event = session.scalars(select(VoteEvent)).one()
        audit = session.scalars(select(AuditEvent).where(AuditEvent.action == "annotator.exclude")).one()
    assert (event.reason, event.actor) == ("clicked through", "alice")
    assert (audit.subject, audit.actor) == ("motif-study", "alice")
    assert audit.details == {"annotator": FIRST, "votes": 1}


def test_reinstated_votes_count_again_while_their_slots_are_free(people: People) -> None:
    people.comes(votes=2)
    people.exclude(FIRST)

    changed = people.reinstate(FIRST)

    assert (changed.valid, changed.surplus) == (2, 0)
    assert people.statuses(FIRST) == [VALID, VALID]
    assert people.differences() == []


def test_reinstated_votes_beyond_the_panel_are_surplus(either_people: People) -> None:
    either_people.comes(votes=2)
    either_people.exclude(FIRST)
    either_people.comes(votes=1)

    changed = either_people.reinstate(FIRST)

    assert (changed.valid, changed.surplus) == (1, 1)
    assert sorted(either_people.statuses(FIRST)) == [SURPLUS, VALID]
    assert either_people.slots_taken() == [1, 1]
    assert either_people.differences() == []


def test_reinstating_somebody_who_was_never_out_changes_nothing(people: People) -> None:
    people.comes(votes=1)

    assert people.reinstate(FIRST).valid == 0
    assert people.statuses(FIRST) == [VALID]


def test_a_surplus_vote_is_excluded_too_and_takes_the_slot_that_was_released(either_people: People) -> None:
    either_people.comes(votes=1)
    either_people.exclude(FIRST)
    either_people.comes(votes=2)
    either_people.reinstate(FIRST)
    assert either_people.statuses(FIRST) == [SURPLUS]

    either_people.exclude(FIRST)
    either_people.exclude(SECOND)
    either_people.reinstate(FIRST)

    assert either_people.statuses(FIRST) == [VALID]
    assert either_people.differences() == []


def test_who_is_excluded_gets_nothing_more_and_cannot_vote_on_what_they_hold(people: People) -> None:
    browser = annotator(people.study)
    held = assign(browser, people.study)["token"]

    people.exclude(FIRST)

    refused(vote(browser, held), 409, "matchup_closed")
    assert ask(browser, people.study).status_code == 204
    assert sum(people.slots_taken()) == 0
    assert people.differences() == []


def test_an_excluded_vote_cannot_be_undone(people: People) -> None:
    browser = annotator(people.study)
    token = vote_next(browser, people.study)
    people.exclude(FIRST)

    refused(browser.post(f"/api/v1/assignments/{token}/undo"), 409, "not_last_vote")
    assert people.differences() == []


def test_an_undone_vote_stays_undone_through_exclusion_and_reinstatement(people: People) -> None:
    browser = annotator(people.study)
    token = vote_next(browser, people.study)
    again = browser.post(f"/api/v1/assignments/{token}/undo").json()["token"]
    vote(browser, again)

    people.exclude(FIRST)
    people.reinstate(FIRST)

    assert people.statuses(FIRST) == [VoteStatus.SUPERSEDED, VALID]
    assert people.differences() == []


def test_votes_of_somebody_who_left_never_come_back(people: People) -> None:
    browser = people.comes(votes=2)
    people.exclude(FIRST)
    browser.post("/studies/motif-study/withdraw")

    with pytest.raises(Conflict, match="left the study"):
        people.reinstate(FIRST)
    assert people.statuses(FIRST) == [VoteStatus.WITHDRAWN] * 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 401])
def test_no_decision_without_a_reason_of_a_sensible_length(people: People, reason: str) -> None:
    people.comes(votes=1)

    with pytest.raises(Invalid):
        people.exclude(FIRST, reason)
    assert people.statuses(FIRST) == [VALID]


def test_panels_fill_exactly_while_people_are_excluded_and_reinstated(
    either_installation: AppContext,
) -> None:
    people = gather(either_installation, pairs=4, panel=3)
    for _ in range(2):
        people.comes(votes=4)
    browsers = [annotator(people.study) for _ in range(3)]

    def judge(browser: object) -> None:
        while vote_next(browser, people.study):  # type: ignore[arg-type]  # a TestClient
            pass

    with ThreadPoolExecutor(4) as pool:
        judging = [pool.submit(judge, browser) for browser in browsers]
        for name in (FIRST, SECOND):
            pool.submit(people.exclude, name).result()
        pool.submit(people.reinstate, FIRST).result()
        for each in judging:
            each.result()
    judge(annotator(people.study))

    assert people.slots_taken() == [3] * 4
    assert people.differences() == []


def test_imported_votes_are_not_excluded_here(people: People) -> None:
    people.comes(votes=1)
    with people.cast.context.database.write() as session:
        session.scalars(select(StudyRow)).one().kind = StudyKind.IMPORTED

    with pytest.raises(Conflict, match="Imported votes cannot be excluded"):
        people.exclude(FIRST)


def test_either_database_gives_the_same_figures(either_people: People) -> None:
    either_people.comes(votes=2)
    either_people.exclude(FIRST)
    either_people.comes(votes=1)

    with either_people.cast.context.database.read() as session:
        study = session.scalars(select(StudyRow)).one()
        people = study_annotators(session, study)
    first, second = people.annotators
    assert (first.quality.votes, first.excluded, second.quality.votes, second.valid) == (2, 2, 1, 1)
    assert (first.quality.agreement, first.quality.agreement_n) == (100.0, 1)
    assert first.clip_ms == 1000
    assert [line.row.matchup for line in people.matchups] == ["motif:cinemo"]
    assert people.matchups[0].row.ti2v_score_reference == 100.0
