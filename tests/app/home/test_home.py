"""The home page, for a visitor and for owners of studies."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.home import queries, view_builder
from app.studies import view_builder as studies
from app.tables.submissions import Submission
from benchmark.protocol import Role, SubmissionStatus
from tests.app.results.page_voters import PAGE, annotator, share, signed_in, vote
from tests.cast import Cast, Study, make_actor, make_submission
from tests.page_text import text_of


def test_a_visitor_reads_what_this_is_and_how_to_get_in(cast: Cast, study: Study, client: TestClient) -> None:
    page = client.get("/", headers=PAGE).text

    assert "Which model animates an image best?" in page
    assert "Invited to a study?" in page
    assert "ti2v person sign-in" in page
    assert 'href="/gallery/tiny"' in page


def test_a_visitor_sees_no_study_and_no_submission(cast: Cast, study: Study, client: TestClient) -> None:
    page = client.get("/", headers=PAGE).text

    assert "MotiF against two" not in page
    assert "cinemo" not in page


def test_an_annotator_sees_the_first_page_of_a_visitor(cast: Cast, study: Study) -> None:
    page = annotator(study).get("/", headers=PAGE).text

    assert "MotiF against two" not in page
    assert "cinemo" not in page


def test_an_owner_sees_studies_with_their_votes_and_buttons(cast: Cast, study: Study) -> None:
    vote(annotator(study), study)

    page = signed_in(cast.context, cast.alice).get("/").text

    assert "MotiF against two" in page
    assert "1 of 60 votes" in page
    assert "2 matchups" in page
    assert 'action="/studies/motif-study/pause"' in page
    assert 'action="/studies/motif-study/invitations"' in page


def test_a_draft_says_what_it_will_compare(cast: Cast, client: TestClient) -> None:
    motif, cinemo = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
    matchup = {"reference": motif, "other": cinemo}
    plan = {"slug": "draft", "title": "A draft", "benchmark": "tiny", "matchups": [matchup]}
    assert client.post("/api/v1/studies", json=plan, headers=cast.alice.headers).status_code == 201

    page = signed_in(cast.context, cast.alice).get("/").text

    assert "Not opened yet" in page
    assert "1 matchup<" in page


def test_another_researchers_study_is_not_listed_while_it_runs(cast: Cast, study: Study) -> None:
    page = signed_in(cast.context, cast.bob).get("/").text

    assert "MotiF against two" not in page
    assert "No studies yet" in page


@pytest.mark.parametrize("show", ["archived", "deleted"])
def test_an_empty_list_of_other_studies_shows_no_first_steps(cast: Cast, show: str) -> None:
    page = signed_in(cast.context, cast.alice).get("/", params={"show": show}).text

    assert f"No {show} studies." in page
    assert "A study needs a benchmark" not in page


def test_a_viewer_is_not_told_to_upload_clips(cast: Cast) -> None:
    viewer = signed_in(cast.context, make_actor(cast.context, "victor", Role.VIEWER))

    page = viewer.get("/").text

    assert "their owners share with you" in page
    assert "No submissions yet." in page
    assert "ti2v submit" not in page
    assert "ti2v submit" in signed_in(cast.context, cast.bob).get("/").text


def test_a_shared_study_is_listed_for_others_without_buttons(cast: Cast, study: Study) -> None:
    signed_in(cast.context, cast.alice).post("/studies/motif-study/close")
    assert "MotiF against two" not in signed_in(cast.context, cast.bob).get("/").text
    share(study, cast.alice, cast.bob)

    page = signed_in(cast.context, cast.bob).get("/").text

    assert "MotiF against two" in page
    assert 'action="/studies/' not in page


def test_submissions_say_how_many_clips_have_come_in(cast: Cast) -> None:
    make_submission(cast.context, cast.alice, model="seine", pair_ids=(), final=False)

    page = signed_in(cast.context, cast.alice).get("/").text

    assert "0 of 6 clips" in page
    assert "6 of 6 clips" in page
    assert "data-growing" in page


def test_the_list_of_submissions_stops_asking_when_all_are_final(cast: Cast) -> None:
    part = signed_in(cast.context, cast.alice).get("/submissions/progress").text

    assert "6 of 6 clips" in part
    assert "data-growing" not in part
    assert "<html" not in part


def test_a_withdrawn_submission_without_a_clip_is_not_listed(cast: Cast) -> None:
    public_id = make_submission(cast.context, cast.alice, model="seine", pair_ids=(), final=False)
    alice = signed_in(cast.context, cast.alice)
    assert "seine" in alice.get("/").text

    with cast.context.database.write() as session:
        row = session.scalars(select(Submission).where(Submission.public_id == public_id)).one()
        row.status = SubmissionStatus.WITHDRAWN

    assert "seine" not in alice.get("/").text


def test_the_list_of_submissions_is_not_for_strangers(cast: Cast, client: TestClient) -> None:
    assert client.get("/submissions/progress", headers=PAGE).status_code == 401


def test_an_admin_sees_everybodys_submissions_and_bob_none(cast: Cast) -> None:
    assert "cinemo" in signed_in(cast.context, cast.ada).get("/submissions/progress").text
    assert "cinemo" not in signed_in(cast.context, cast.bob).get("/submissions/progress").text


def test_signing_out_ends_it(cast: Cast, study: Study) -> None:
    alice = signed_in(cast.context, cast.alice)

    page = alice.post("/sign-out").text

    assert "MotiF against two" not in page
    assert alice.get("/studies/motif-study/results").status_code == 401


def test_an_empty_installation_says_what_to_do_first(context: AppContext, client: TestClient) -> None:
    alice = signed_in(context, make_actor(context, "alice", Role.RESEARCHER))

    page = alice.get("/").text

    for link in ("/benchmarks#import", "/submissions/new", "/studies/new"):
        assert f'<a class="button" href="{link}">' in page
    assert "No benchmarks yet." in client.get("/", headers=PAGE).text
    assert "/benchmarks#import" not in client.get("/", headers=PAGE).text


def test_long_lists_have_pages_of_their_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queries, view_builder):
        monkeypatch.setattr(module, "SUBMISSIONS_PER_PAGE", 2)
    for module in (studies, view_builder):
        monkeypatch.setattr(module, "STUDIES_PER_PAGE", 2)
    for number in range(3):
        cast.open_study(f"study-{number}")
    alice = signed_in(cast.context, cast.alice)

    first, second = alice.get("/").text, alice.get("/?page=2&submissions=2").text

    for number, name in ((2, "dynamicrafter"), (1, "cinemo")):
        assert f"/studies/study-{number}/results" in first
        assert f">{name}</a>" in first
    assert "/studies/study-0/results" in second
    assert "/studies/study-1/results" not in second
    assert ">motif</a>" in second
    assert ">cinemo</a>" not in second
    # Each list keeps the page of the other list.
    assert 'href="/?submissions=2#studies"' in second
    assert 'href="/?page=2#submissions"' in second
    assert ">motif</a>" in alice.get("/submissions/progress?submissions=2").text
    assert "/studies/study-0/results" in alice.get("/?page=99").text


def test_the_list_of_studies_has_a_filter(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "STUDIES_PER_PAGE", 2)
    monkeypatch.setattr(view_builder, "STUDIES_PER_PAGE", 2)
    for slug in ("camera", "motion-1", "motion-2", "motion-3"):
        cast.open_study(slug)
    alice = signed_in(cast.context, cast.alice)
    alice.post("/studies/camera/pause")

    def listed(query: str) -> list[str]:
        return re.findall(r'<h2>\s*<a href="/studies/([^/]+)/results">', alice.get(f"/?{query}").text)

    assert listed("text=MOTION") == ["motion-3", "motion-2"]
    assert listed("text=motion&page=2") == ["motion-1"]
    assert 'href="/?text=motion&amp;page=2#studies"' in alice.get("/?text=motion").text
    assert listed("status=paused") == ["camera"]
    assert listed("text=%25") == listed("text=camera&status=open") == []
    assert "No study matches the filter. Show all" in text_of(alice.get("/?text=nothing").text)
    assert alice.get("/?status=asleep").status_code == 422
