"""The commands `ti2v benchmark share`, `submission share` and `study share`: output, changes and refusals."""

from pathlib import Path

import pytest

from app.context import open_context
from app.settings import Settings
from tests.app.cli.conftest import Run
from tests.cast import BENCHMARK, Cast, set_the_stage


@pytest.fixture
def cast(run: Run, home: Path) -> Cast:
    """Alice's open study of three submissions, in the TI2V_HOME of the commands."""
    with open_context(Settings(_env_file=None, home=home)) as context:
        cast = set_the_stage(context, pairs=1)
        cast.open_study()
    return cast


def test_a_study_is_private_until_it_is_shared(run: Run, cast: Cast) -> None:
    before = run("study", "share", "motif-study")
    shared = run("study", "share", "motif-study", "--with", "bob", "--with", "charlie")
    after = run("study", "share", "motif-study")
    private = run("study", "share", "motif-study", "--private")

    assert (before.out, shared.out) == ("private\n", "shared\n  bob\n  charlie\n")
    assert after.out == shared.out
    assert private.out == "private\n"


def test_a_submission_and_a_benchmark_are_shared_too(run: Run, cast: Cast) -> None:
    assert run("benchmark", "share", BENCHMARK).out == "public\n"
    assert run("submission", "share", cast.submission_ids["motif"], "--public").out == "public\n"

    refused = run("benchmark", "share", BENCHMARK, "--private")

    assert refused.code == 1
    assert "A public study or submission shows it." in refused.err
    assert "submission motif" in refused.err


def test_a_running_study_is_not_made_public(run: Run, cast: Cast) -> None:
    outcome = run("study", "share", "motif-study", "--public")

    assert outcome.code == 1
    assert "Close it first" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("motif-study", "--public", "--private"), 2, "Give only one of"),
        (("motif-study", "--with", "nobody"), 1, "nobody has the name at position 1"),
        (("no-such-study",), 1, "You have no such study."),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, cast: Cast, arguments: tuple[str, ...], code: int, said: str
) -> None:
    outcome = run("study", "share", *arguments)

    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.err
