"""The dashboard of a study, which only the owner sees: progress, pace, people, reports and history."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.dashboard.queries import dashboard
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from benchmark.wire.dashboard import DashboardResponse
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import PAIR_IDS, Cast, Study, enter, set_the_stage
from tests.page_text import text_of

API = "/api/v1/studies/motif-study/dashboard"
PAGE = "/studies/motif-study/dashboard"


def state(context: AppContext, *, minutes_later: float = 0) -> DashboardResponse:
    with context.database.read() as session:
        study = session.execute(select(StudyRow).where(StudyRow.slug == "motif-study")).scalar_one()
        return dashboard(session, study, now=utc_now() + timedelta(minutes=minutes_later))


def vote_times(context: AppContext, *ages_h: float) -> None:
    """Set the ages of the votes, in hours, from the oldest vote to the newest."""
    now = utc_now()
    with context.database.write() as session:
        ids = session.scalars(select(Vote.id).order_by(Vote.id)).all()
        for vote_id, age in zip(ids, ages_h, strict=True):
            moved = now - timedelta(hours=age)
            session.execute(update(Vote).where(Vote.id == vote_id).values(cast_at=moved))
        session.execute(update(StudyRow).values(opened_at=now - timedelta(days=3)))


def voted(context: AppContext, study: Study, count: int) -> TestClient:
    voter = enter(client_of(context), study)
    for _ in range(count):
        assert vote(voter, assign(voter, study)["token"]).status_code == 201
    return voter


def test_progress_pace_and_people_are_counted(either_installation: AppContext) -> None:
    context = either_installation
    cast = set_the_stage(context)
    study = cast.open_study(votes_per_comparison=1)
    voted(context, study, 3)
    voted(context, study, 1)
    vote_times(context, 30, 4.5, 2, 0)

    found = state(context)

    assert (found.votes, found.votes_wanted) == (4, 12)
    assert sum(each.votes for each in found.progress) == 4
    assert {each.matchup for each in found.progress} == {"motif:cinemo", "motif:dynamicrafter"}
    assert sum(each.complete for each in found.progress) == 4
    assert len(found.hours) == 24
    assert sum(each.votes for each in found.hours) == 3
    assert found.hours[-1].votes == 1
    # Three votes in the last five to six hours, so the eight others need 13 to 16 hours.
    assert found.hours_left is not None
    assert 13 <= found.hours_left <= 16
    assert [(each.annotator, each.votes) for each in found.active] == [("annotator-002", 1)]
    assert state(context, minutes_later=20).active == []


def test_skips_of_broken_clips_are_reports(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    for reason in ("clip_does_not_play", "prompt_unclear"):
        voter = enter(client_of(cast.context), study)
        token = assign(voter, study)["token"]
        assert voter.post(f"/api/v1/assignments/{token}/skip", json={"reason": reason}).status_code < 300

    (report,) = state(cast.context).clip_reports

    assert (report.matchup, report.reason, report.reports) == ("motif:cinemo", "clip_does_not_play", 1)
    assert report.pair in PAIR_IDS


def test_pilots_are_counted_apart(cast: Cast) -> None:
    study = cast.open_study()
    alice = client_of(cast.context, cast.alice)
    links = alice.post("/api/v1/studies/motif-study/invitations", json={"count": 1, "kind": "pilot"}).json()
    pilot = client_of(cast.context)
    pilot.get(links["links"][0].removeprefix("http://testserver"))
    pilot.get(links["links"][0][links["links"][0].index("/invite") :])
    assert vote(pilot, assign(pilot, study)["token"]).status_code == 201

    found = alice.get(API).json()

    assert (found["votes"], found["annotators"], found["pilots"], found["pilot_votes"]) == (0, 0, 1, 1)
    words = text_of(signed_in(cast.context, cast.alice).get(PAGE).text)
    assert "1 pilot and previews gave 1 vote that never count" in words
    assert alice.get("/api/v1/studies/motif-study/annotators").json()["annotators"][0]["kind"] == "pilot"
    listed = signed_in(cast.context, cast.alice).get("/studies/motif-study/annotators").text
    assert "pilot, never counts" in text_of(listed)


def test_the_page_shows_progress_flags_versions_and_the_audit_log(cast: Cast) -> None:
    study = cast.open_study(votes_per_comparison=1)
    voted(cast.context, study, 12)
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/motif-study/extend", data={"votes": "3"})

    words = text_of(alice.get(PAGE).text)

    assert "12 of 36" in words
    assert "33 % of all votes, 24 to go" in words
    assert "Votes per comparison raised from 1 to 3" in words
    assert "study.extend" in words
    assert "annotator-001" in words
    flags = text_of(alice.get(f"{PAGE}/flags").text)
    assert "A flag is a hint" in flags
    assert "prefers one side" in flags
    live = alice.get(f"{PAGE}/live").text
    assert "data-growing" in live
    assert "36" in text_of(live)
    alice.post("/studies/motif-study/close")
    assert "data-growing" not in alice.get(f"{PAGE}/live").text


def test_active_annotators_have_the_figures_that_were_computed_with_the_flags(cast: Cast) -> None:
    study = cast.open_study(votes_per_comparison=3)
    for _ in range(3):
        voted(cast.context, study, 6)
    alice = signed_in(cast.context, cast.alice)
    row = 'Last vote">now<td role="cell" class="num" data-title="Votes">6'

    before = alice.get(f"{PAGE}/live").text
    alice.get(f"{PAGE}/flags")
    after = alice.get(f"{PAGE}/live").text

    figures = re.compile(r'data-title="(Median|Gold right|With panel)">([^<]*)')
    assert {text.strip() for _, text in figures.findall(before)} == {"–"}
    assert before.count(row) == after.count(row) == 3
    assert [text.strip() for _, text in figures.findall(after)][1::3] == ["no gold"] * 3
    assert {text.strip() for name, text in figures.findall(after) if name == "With panel"} != {"–"}


def test_the_home_page_shows_the_last_vote_and_the_number_of_flags(cast: Cast) -> None:
    study = cast.open_study(votes_per_comparison=1)
    alice = signed_in(cast.context, cast.alice)
    before = text_of(alice.get(f"{PAGE}/flag-count").text)
    voted(cast.context, study, 12)
    skipper = enter(client_of(cast.context), cast.open_study("other-study", others=["cinemo"]))
    token = assign(skipper, Study("other-study", cast.context))["token"]
    skipper.post(f"/api/v1/assignments/{token}/skip", json={"reason": "clip_does_not_play"})

    home = text_of(alice.get("/").text)

    assert "1 vote on each comparison last vote" in home
    assert f'data-url="{PAGE}/flag-count"' in alice.get("/").text
    assert before == ""
    assert "1 flagged annotator" in text_of(alice.get(f"{PAGE}/flag-count").text)
    assert "1 reported comparison" in text_of(alice.get("/studies/other-study/dashboard/flag-count").text)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/live", f"{PAGE}/flags", f"{PAGE}/flag-count"])
def test_only_the_owner_sees_it(cast: Cast, client: TestClient, path: str) -> None:
    study = cast.open_study()
    assert signed_in(cast.context, cast.bob).get(path).status_code == 404
    assert client.get(path).status_code == 401
    assert voted(cast.context, study, 1).get(path).status_code == 401
    refused(client_of(cast.context, cast.bob).get(API), 404, "not_found")


def test_a_draft_has_a_page_without_counts(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)
    alice.post("/api/v1/studies/motif-study/duplicate", json={"slug": "none"})
    cast.open_study()
    alice.post("/api/v1/studies/motif-study/duplicate", json={"slug": "draft"})

    words = text_of(signed_in(cast.context, cast.alice).get("/studies/draft/dashboard").text)

    assert "Nobody sees this study until you open it." in words
    assert alice.get("/api/v1/studies/draft/dashboard").json()["votes_wanted"] == 0
