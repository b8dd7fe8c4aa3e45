"""`ti2v study` and `ti2v export` give the same output on this machine's database and on a server."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from app.clock import utc_now
from app.sharing.service import find_own, set_visibility
from app.tables.voting import Assignment
from benchmark.protocol import Justification, ShareSubject, Side, TableFormat, TableName, Visibility
from benchmark.wire.visibility import VisibilityRequest
from tests.app.cli.outcome import Run
from tests.app.results.page_voters import annotator, cast_votes
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, make_submission

CREATE = ("study", "create", "mine", "--benchmark", BENCHMARK)


def vote(study: Study, count: int) -> None:
    """Cast `count` votes as one annotator, always for the left clip."""
    annotator(study)
    cast = cast_votes(study, _left_side, most=count, reason=Justification.OBJECT_MOTION)
    assert cast == count


def _left_side(shown: Assignment) -> Side:
    return shown.left_side


def test_a_study_is_created_opened_paused_and_closed(ti2v: Run) -> None:
    created = ti2v(*CREATE, "--matchup", "motif:cinemo", "--matchup", "motif:dynamicrafter", "--votes", "3")

    assert (created.code, created.out) == (0, "mine\n"), created.err
    assert ti2v("study", "open", "mine").out == "open\n"
    assert ti2v("study", "pause", "mine").out == "paused\n"
    assert ti2v("study", "open", "mine").out == "open\n"
    assert ti2v("study", "close", "mine").out == "closed\n"


def test_the_status_counts_votes_and_comparisons(ti2v: Run) -> None:
    ti2v(*CREATE, "--matchup", "motif:cinemo", "--votes", "3", "--title", "MotiF and Cinemo")
    ti2v("study", "open", "mine")

    words = ti2v("study", "status", "mine").out
    study = json.loads(ti2v("study", "status", "mine", "--format", "json").out)

    wanted = 3 * len(PAIR_IDS)
    assert words.startswith(f"mine: open, 0 of {wanted} votes by 0 annotators\n")
    assert (study["title"], study["votes_wanted"]) == ("MotiF and Cinemo", wanted)
    assert study["matchups"][0]["comparisons"] == len(PAIR_IDS)


def test_losses_by_renditions_are_printed_when_a_study_is_created_opened_or_shown(
    ti2v: Run, cast: Cast
) -> None:
    cast.reshape_clips("motif", {"width": 320, "height": 320, "frames": 16, "fps": 8.0})
    cast.reshape_clips("cinemo", {"width": 832, "height": 480, "frames": 80, "fps": 16.0})
    sentence = "cinemo loses 60 % of its length, 42 % of its width and 50 % of its frame rate."

    created = ti2v(*CREATE, "--matchup", "motif:cinemo")
    opened = ti2v("study", "open", "mine")
    status = ti2v("study", "status", "mine")

    for outcome in (created, opened, status):
        assert sentence in outcome.err
        assert "--renditions letterbox, keep_longer or native" in outcome.err
        assert sentence not in outcome.out
    assert sentence not in ti2v("study", "pause", "mine").err


def test_each_invitation_is_a_link_of_its_own(ti2v: Run) -> None:
    ti2v(*CREATE, "--matchup", "motif:cinemo")

    links = ti2v("study", "invite", "mine", "--count", "3").out.splitlines()

    assert len(set(links)) == 3
    assert all("/invite/" in link for link in links)


def test_a_side_may_be_named_by_label_or_id(ti2v: Run, cast: Cast) -> None:
    make_submission(cast.context, cast.alice, model="motif", label="lambda-2", shade=9)

    by_label = ti2v(*CREATE, "--matchup", "motif:motif@lambda-2")
    by_id = ti2v(
        *("study", "create", "other", "--benchmark", BENCHMARK),
        *("--matchup", f"{cast.submission_ids['motif']}:{cast.submission_ids['cinemo']}"),
    )

    assert (by_label.code, by_id.code) == (0, 0), by_label.err + by_id.err


def test_a_shared_submission_of_another_person_can_be_a_side(ti2v: Run, cast: Cast) -> None:
    bobs = make_submission(cast.context, cast.bob, model="seine", shade=9)
    with cast.context.database.write() as session:
        subject = find_own(session, ShareSubject.SUBMISSION, bobs, principal=cast.bob.principal)
        request = VisibilityRequest(visibility=Visibility.SHARED, people=["alice"])
        set_visibility(session, subject, request, principal=cast.bob.principal, now=utc_now())

    outcome = ti2v(*CREATE, "--matchup", "motif:seine")

    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize(
    ("matchup", "sentence"),
    [
        ("motif", "motif is not a matchup. Write REFERENCE:OTHER"),
        ("motif:cinemo:sepia", "sepia is not a kind of renditions."),
        ("motif#two:cinemo", "motif#two has no seed after #. Write a number"),
        (
            "motif:seine",
            "There is no submission seine. You may name: cinemo, dynamicr",
        ),
    ],
)
def test_a_matchup_that_means_nothing_is_wrong_usage(ti2v: Run, matchup: str, sentence: str) -> None:
    outcome = ti2v(*CREATE, "--matchup", matchup)

    assert outcome.code == 2
    assert sentence in outcome.err


def test_a_matchup_may_name_the_seeds_of_its_sides(ti2v: Run) -> None:
    missing = ti2v(*CREATE, "--matchup", "motif#7:cinemo")
    created = ti2v(*CREATE, "--matchup", "motif#0:cinemo#0")

    assert missing.code == 1
    assert "has no clip of the seed that the matchup names" in missing.err
    assert created.code == 0, created.err


def test_an_even_panel_is_refused(ti2v: Run) -> None:
    outcome = ti2v(*CREATE, "--matchup", "motif:cinemo", "--votes", "4")

    assert outcome.code == 1
    assert "votes_per_comparison" in outcome.err


def test_a_taken_slug_is_refused(ti2v: Run) -> None:
    ti2v(*CREATE, "--matchup", "motif:cinemo")

    outcome = ti2v(*CREATE, "--matchup", "motif:cinemo")

    assert outcome.code == 1
    assert "slug already" in outcome.err


def test_an_unknown_study_is_not_found(ti2v: Run) -> None:
    outcome = ti2v("study", "status", "nowhere")

    assert outcome.code == 1
    assert outcome.err == "Error: This study does not exist, or you may not see it.\n"


# The study has only one matchup, no measured clip and no playback events.
NO_ROWS = (
    TableName.PAIRED,
    TableName.METRICS,
    TableName.METRIC_AGREEMENT,
    TableName.METRIC_COVARIATES,
    TableName.PLAYBACK,
)


def test_every_table_is_exported_in_every_format(ti2v: Run, study: Study, tmp_path: Path) -> None:
    vote(study, 3)

    for table in TableName:
        for file_format in TableFormat:
            file = tmp_path / f"{table}.{file_format}"
            outcome = ti2v("export", study.slug, "--table", table, "--format", file_format, "--output", file)
            assert outcome.code == 0, outcome.err
            has_no_rows = table in NO_ROWS
            # JSONL has no header.
            is_empty = has_no_rows and file_format is TableFormat.JSONL
            assert (file.stat().st_size == 0) is is_empty

    assert pyarrow.parquet.read_table(tmp_path / "votes.parquet").num_rows == 3


def test_votes_on_stdout_are_the_file(ti2v: Run, study: Study, tmp_path: Path) -> None:
    vote(study, 2)

    printed = ti2v("export", study.slug, "--table", "votes")
    ti2v("export", study.slug, "--table", "votes", "--output", tmp_path / "votes.csv")

    assert printed.out == (tmp_path / "votes.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [row["object_motion"] for row in rows] == ["1", "1"]


def test_a_refused_export_leaves_no_file(ti2v: Run, tmp_path: Path) -> None:
    outcome = ti2v("export", "nowhere", "--output", tmp_path / "votes.csv")

    assert outcome.code == 1
    assert list(tmp_path.glob("votes*")) == []


def test_a_stranger_sees_nothing_of_a_study_through_the_server(
    run: Run, study: Study, live_server: str, cast: Cast
) -> None:
    options = ("--server", live_server, "--key", cast.charlie.key)

    for command in (("study", "status"), ("study", "close"), ("study", "invite"), ("export",)):
        assert run(*command, study.slug, *options).code == 1


def test_a_recount_agrees_with_the_counters(run: Run, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    vote(study, 4)
    monkeypatch.setenv("TI2V_HOME", str(study.context.settings.home))

    outcome = run("study", "check", study.slug)

    assert (outcome.code, outcome.out) == (0, "")


def test_a_recount_names_a_counter_that_was_tampered_with(
    run: Run, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote(study, 1)
    monkeypatch.setenv("TI2V_HOME", str(study.context.settings.home))
    with study.context.database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE comparisons SET object_motion_other = 4 WHERE id = (SELECT min(id) FROM comparisons)"
        )

    outcome = run("study", "check", study.slug)

    assert outcome.code == 1
    assert "object_motion_other is 4" in outcome.out


def test_a_draft_is_edited_duplicated_opened_extended_and_reopened(ti2v: Run) -> None:
    ti2v(*CREATE, "--matchup", "motif:cinemo", "--votes", "3", "--title", "First")

    assert ti2v("study", "edit", "mine", "--votes", "1", "--per-annotator", "4").out == "2\n"
    matchup = "cinemo:motif:letterbox"
    assert (
        ti2v("study", "edit", "mine", "--matchup", matchup, "--per-annotator", "0", "--pay", "12", "GBP").out
        == "3\n"
    )
    assert ti2v("study", "duplicate", "mine", "copy", "--title", "Second").out == "copy\n"
    copy = json.loads(ti2v("study", "status", "copy", "--format", "json").out)
    assert (copy["title"], copy["votes_per_comparison"], copy["comparisons_per_annotator"]) == (
        "Second",
        1,
        None,
    )
    assert copy["hourly_pay"] == {"per_hour": "12", "currency": "GBP", "fee_percent": "0"}
    assert (copy["matchups"][0]["reference"], copy["matchups"][0]["renditions"]) == ("cinemo", "letterbox")
    ti2v("study", "open", "mine")
    assert ti2v("study", "extend", "mine", "--matchup", "motif:dynamicrafter", "--votes", "5").out == "2\n"
    assert (
        "motif-dynamicrafter is not a matchup"
        in ti2v("study", "extend", "mine", "--matchup", "motif-dynamicrafter").err
    )
    ti2v("study", "close", "mine")
    assert ti2v("study", "reopen", "mine").out == "open\n"
    listed = ti2v("study", "protocols", "mine").out
    assert "Votes per comparison raised from 1 to 5; Matchups added: motif:dynamicrafter" in listed
    assert len(json.loads(ti2v("study", "protocols", "mine", "--format", "json").out)) == 3
    assert ti2v("study", "check", "mine").code == 0


def test_a_study_is_archived_deleted_and_restored(ti2v: Run) -> None:
    ti2v(*CREATE, "--matchup", "motif:cinemo")

    assert ti2v("study", "archive", "mine").out == "mine\n"
    assert json.loads(ti2v("study", "list", "--format", "json").out) == []
    assert "mine" in ti2v("study", "list", "--archived").out
    assert ti2v("study", "unarchive", "mine").out == "mine\n"
    wrong = ti2v("study", "delete", "mine", "--confirm", "other")
    assert (wrong.code, "nothing was deleted" in wrong.err) == (1, True)
    assert ti2v("study", "delete", "mine", "--confirm", "mine").out.endswith(" UTC\n")
    assert ti2v("study", "status", "mine").code == 1
    assert "mine" in ti2v("study", "list", "--deleted").out
    assert ti2v("study", "restore", "mine").out == "draft\n"


def test_the_dashboard_is_printed_as_text_and_as_json(ti2v: Run, cast: Cast) -> None:
    study = cast.open_study("mine", others=["cinemo"], votes_per_comparison=3)
    vote(study, 2)

    words = ti2v("study", "dashboard", "mine").out
    found = json.loads(ti2v("study", "dashboard", "mine", "--format", "json").out)

    assert words.startswith(f"mine: 2 of {3 * len(PAIR_IDS)} votes, time left: ")
    assert "annotator-001" in words
    assert (found["votes"], len(found["hours"]), found["annotators"]) == (2, 24, 1)
