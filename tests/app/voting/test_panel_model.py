"""Random courses of a study on both databases; each step is compared with a simple model."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.context import AppContext
from tests.app.voting.study_course import StudyCourse
from tests.cast import set_the_stage

PAIRS = 3
# What every run reaches, and what only long runs are sure to reach. Which courses Hypothesis draws depends on
# the modules that the process has loaded.
COMMON = ("vote: open", "vote: voted")
RARE = (
    *("vote: already_voted", "skip: None", "undo: None", "undo: not_last_vote"),
    *("vote: expired", "vote: lease_expired", "vote: already_skipped", "vote: assignment_replaced"),
    *("vote: matchup_closed", "vote: study_not_open", "skip: already_voted", "reinstate: surplus"),
    *("status: paused", "status: closed", "status: open"),
)


@pytest.mark.parametrize(
    ("courses", "steps"), [(12, 40), pytest.param(200, 60, marks=pytest.mark.full_size)], ids=["part", "all"]
)
def test_random_courses_agree_with_a_plain_model(
    either_installation: AppContext, courses: int, steps: int
) -> None:
    cast = set_the_stage(either_installation, pairs=PAIRS)
    course = type("Course", (StudyCourse,), {"cast": cast, "courses": 0, "seen": Counter()})

    run_state_machine_as_test(
        course,
        settings=settings(
            max_examples=courses,
            stateful_step_count=steps,
            deadline=None,
            derandomize=courses < 100,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

    expected = COMMON if courses < 100 else (*COMMON, *RARE)
    assert [outcome for outcome in expected if not course.seen[outcome]] == []
