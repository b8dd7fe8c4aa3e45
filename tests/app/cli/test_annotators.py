"""`ti2v study annotators`, `exclude` and `reinstate`, on this machine's database and on a server."""

import json

import pytest

from tests.app.annotators.people import FIRST, SECOND, People
from tests.app.cli.outcome import Run
from tests.cast import PAIR_IDS, Cast


@pytest.fixture
def people(cast: Cast) -> People:
    people = People(cast, cast.open_study(others=["cinemo"], votes_per_comparison=3))
    people.comes(votes=6)
    people.comes(votes=4)
    return people


def test_out_and_back_in(people: People, ti2v: Run) -> None:
    out = ti2v("study", "exclude", "motif-study", FIRST, "--reason", "a test account")
    listed = json.loads(ti2v("study", "annotators", "motif-study", "--format", "json").out)
    back = ti2v("study", "reinstate", "motif-study", FIRST, "--reason", "it was not")

    assert (out.code, out.out) == (0, "excluded 6\n"), out.err
    assert [row["excluded"] for row in listed] == [6, 0]
    assert back.out == "valid 6\nsurplus 0\n"
    assert people.differences() == []


def test_the_table_says_what_votes_count_as(people: People, ti2v: Run) -> None:
    ti2v("study", "exclude", "motif-study", SECOND, "--reason", "a test account")

    head, first, second = ti2v("study", "annotators", "motif-study").out.splitlines()

    assert head.split()[:3] == ["annotator", "votes", "gold"]
    assert (first.split()[-1], second.split()[-1]) == ("valid", "excluded")


def test_a_single_vote_is_named_by_matchup_and_pair(people: People, ti2v: Run) -> None:
    options = ("--matchup", "motif:cinemo", "--pair", PAIR_IDS[0])

    out = ti2v("study", "exclude", "motif-study", FIRST, *options, "--reason", "it had not loaded")

    assert out.out == "excluded 1\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("motif-study", "annotator-999", "--reason", "x"), "no annotator with that name"),
        (("no-study", FIRST, "--reason", "x"), "This study does not exist, or you may not see it."),
        (("motif-study", FIRST, "--reason", " "), "reason"),
        (("motif-study", FIRST, "--reason", "x", "--pair", "p"), "both"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    people: People, ti2v: Run, arguments: tuple[str, ...], said: str
) -> None:
    refused = ti2v("study", "exclude", *arguments)

    assert refused.code == 1
    assert said in refused.err


def test_a_flag_without_an_annotator_cannot_be_dismissed(people: People, ti2v: Run) -> None:
    refused = ti2v("study", "dismiss-flag", "motif-study", FIRST, "fast", "--reason", "x")
    restored = ti2v("study", "restore-flag", "motif-study", FIRST, "fast")

    assert refused.code != 0
    assert "This annotator does not have this flag" in refused.err
    assert restored.out == "restored fast\n"
