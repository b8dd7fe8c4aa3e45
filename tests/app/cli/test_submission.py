"""`ti2v submission`, `ti2v model` and `ti2v study list`, on this machine's database and on a server."""

import json

from app.tables.audit import AuditEvent
from tests.app.cli.outcome import Run
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_submission


def test_submissions_are_listed(ti2v: Run, cast: Cast) -> None:
    text, rows = (
        ti2v("submission", "list").out,
        json.loads(ti2v("submission", "list", "--format", "json").out),
    )

    assert {row["model"] for row in rows} == set(cast.submission_ids)
    assert {row["id"] for row in rows} == set(cast.submission_ids.values())
    assert all(id in text for id in cast.submission_ids.values())


def test_submissions_are_listed_by_model_and_status(ti2v: Run, cast: Cast) -> None:
    def listed(*filters: str) -> list[str]:
        return [row["id"] for row in json.loads(ti2v("submission", "list", "--format", "json", *filters).out)]

    assert listed("--model", "motif") == [cast.submission_ids["motif"]]
    assert listed("--status", "withdrawn") == []
    assert listed("--benchmark", "another") == []


def test_a_submission_is_shown_with_what_is_missing(ti2v: Run, cast: Cast) -> None:
    open_one = make_submission(
        cast.context, cast.alice, model="motif", label="second", pair_ids=PAIR_IDS[:2], final=False
    )

    shown = ti2v("submission", "show", open_one)

    assert shown.out.startswith(f"{open_one}: motif@second on {BENCHMARK} 1, open\n2 of 6 clips\n")
    assert f"  {PAIR_IDS[2]}: missing\n" in shown.out


def test_an_unknown_submission_is_an_error(ti2v: Run) -> None:
    outcome = ti2v("submission", "show", "0" * 16)

    assert (outcome.code, outcome.out) == (1, "")
    assert "This submission does not exist, or you may not see it." in outcome.err


def test_a_submission_is_withdrawn_with_a_reason(ti2v: Run, cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    motif = cast.submission_ids["motif"]

    outcome = ti2v("submission", "withdraw", motif, "--reason", "wrong weights")

    assert (outcome.code, outcome.out) == (0, "withdrawn\n"), outcome.err
    with cast.context.database.read() as session:
        (event,) = session.query(AuditEvent).filter_by(action="submission.withdraw", subject=motif)
        assert event.details["reason"] == "wrong weights"
    status = json.loads(ti2v("study", "status", study.slug, "--format", "json").out)
    assert "wrong weights" in status["matchups"][0]["close_reason"]


def test_a_withdrawal_without_a_reason_is_refused(ti2v: Run, cast: Cast) -> None:
    motif = cast.submission_ids["motif"]

    assert ti2v("submission", "withdraw", motif).code == 2
    assert ti2v("submission", "withdraw", motif, "--reason", " ").code == 1
    assert ti2v("submission", "list", "--status", "withdrawn").out == ""


def test_a_matchup_names_the_submission_that_is_not_withdrawn(ti2v: Run, cast: Cast) -> None:
    ti2v("submission", "withdraw", cast.submission_ids["motif"], "--reason", "wrong weights")
    again = make_submission(cast.context, cast.alice, model="motif", shade=7)

    created = ti2v(
        "study", "create", "mine", "--benchmark", BENCHMARK, "--matchup", "motif:cinemo", "--votes", "1"
    )

    assert created.code == 0, created.err
    status = json.loads(ti2v("study", "status", "mine", "--format", "json").out)
    assert status["matchups"][0]["reference_id"] == again


def test_a_new_model_is_registered(ti2v: Run) -> None:
    outcome = ti2v("model", "set", "seine", "--licence", "apache-2.0", "--format", "json")

    model = json.loads(outcome.out)
    assert (model["slug"], model["name"], model["licence"]) == ("seine", "seine", "apache-2.0")


def test_only_the_given_fields_of_a_model_change(ti2v: Run) -> None:
    ti2v("model", "set", "motif", "--name", "MotiF", "--url", "https://arxiv.org/abs/2412.16153")

    model = json.loads(ti2v("model", "set", "motif", "--description", "Ours", "--format", "json").out)

    assert (model["name"], model["description"]) == ("MotiF", "Ours")
    assert model["url"] == "https://arxiv.org/abs/2412.16153"


def test_a_field_that_cannot_be_is_named(ti2v: Run) -> None:
    outcome = ti2v("model", "set", "motif", "--url", "arxiv.org")

    assert (outcome.code, outcome.out) == (1, "")
    assert "url" in outcome.err


def test_studies_are_listed(ti2v: Run, cast: Cast) -> None:
    cast.open_study("first", others=["cinemo"])
    cast.open_study("second", others=["cinemo"])
    ti2v("study", "pause", "first")

    text = ti2v("study", "list").out
    rows = json.loads(ti2v("study", "list", "--format", "json").out)
    paused = json.loads(ti2v("study", "list", "--status", "paused", "--format", "json").out)

    assert [(row["slug"], row["status"]) for row in rows] == [("second", "open"), ("first", "paused")]
    assert [row["slug"] for row in paused] == ["first"]
    assert "second" in text
