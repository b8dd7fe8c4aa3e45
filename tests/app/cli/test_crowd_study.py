"""A crowd study from the command line: phases, rules, platform, answers and payments."""

import csv
import io
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.acting import assign, vote
from tests.app.cli.outcome import Run
from tests.cast import Cast, Study

PHASES = """
pay = "£2.40"

[consent]
statements = ["I agree to take part."]

[[consent.sections]]
title = "Who runs it"
text = "Example University."
"""
RULES = """
[speed]
minimum_s = 2
after = 1
"""
PLATFORM = """
kind = "panel"

[completed]
code = "D0NE"
"""


@pytest.fixture
def created(ti2v: Run, tmp_path: Path) -> Run:
    """Create and open a crowd study from files, and set its platform."""
    for name, text in (("phases", PHASES), ("rules", RULES), ("platform", PLATFORM)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    options = ("--per-annotator", "1", "--watch-gate", "off", "--language", "de")
    files = ("--phases", tmp_path / "phases.toml", "--rules", tmp_path / "rules.toml")
    made = ti2v(
        "study", "create", "paid", "--benchmark", "tiny", "--matchup", "motif:cinemo", *options, *files
    )
    assert made.code == 0, made.err
    assert ti2v("study", "open", "paid").code == 0
    return ti2v


def test_a_crowd_study_is_made_and_read_from_the_command_line(
    created: Run, cast: Cast, client: TestClient, tmp_path: Path
) -> None:
    platform = created("study", "platform", "paid", "--set", tmp_path / "platform.toml")
    assert json.loads(platform.out)["completed"]["code"] == "D0NE"
    study = Study("paid", cast.context)
    page = client.get("/studies/paid/join", params={"participant": "p-1"})
    assert "Möchten Sie teilnehmen?" in page.text
    client.post("/studies/paid/phases/consent", data={"version": 1, "statements": 0})
    assert vote(client, assign(client, study)["token"]).status_code == 201
    assert "D0NE" in client.get("/studies/paid/vote").text

    answers = list(csv.DictReader(io.StringIO(created("study", "answers", "paid").out)))
    payments = list(csv.DictReader(io.StringIO(created("study", "payments", "paid").out)))

    assert [(row["phase"], row["key"], row["answer"]) for row in answers] == [
        ("consent", "language", "de"),
        ("consent", "statements", "I agree to take part."),
        ("voting", "comparisons", "1"),
    ]
    assert [(row["participant"], row["outcome"], row["action"], row["code"]) for row in payments] == [
        ("p-1", "completed", "approve", "D0NE")
    ]
    approval = created("study", "payments", "paid", "--approve")
    assert approval.out == "p-1\n"
    assert "The platform did not sign the ids of 1 participants." in approval.err
    assert created("study", "payments", "paid", "--bonus", "0.50").out == "p-1,0.50\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pay = ", "cannot be read as TOML"),
        ("pay = 7", "phases.pay"),
        ("consnet = {}", "phases.consnet"),
        ("[quiz]\npass_mark = 9", "pass_mark must not be larger than questions"),
    ],
)
def test_wrong_phases_are_explained(ti2v: Run, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "phases.toml").write_text(text, encoding="utf-8")

    made = ti2v(
        "study",
        "create",
        "paid",
        "--benchmark",
        "tiny",
        "--matchup",
        "motif:cinemo",
        "--phases",
        tmp_path / "phases.toml",
    )

    assert made.code != 0
    assert sentence in made.err
