"""The view models of the voting page: numbers and labels."""

import json
from datetime import UTC, datetime

import pytest

from app.panels.time_estimate import time_left
from app.rendering import shipped_pages
from app.voting.view_models import AssignmentView, KeptForm, VotePage
from benchmark.protocol import Choice, Language

CARD = AssignmentView(
    token="t0",
    prompt="The blue balloon dips down.",
    image_url="/media/t0/image",
    left_url="/media/t0/left",
    right_url="/media/t0/right",
    expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    done=41,
    total=60,
    fps=8.0,
    frames=16,
    width=320,
    height=320,
)


def card(**changes: object) -> AssignmentView:
    return AssignmentView(**(CARD.model_dump() | changes))


def test_pairs_are_counted_from_one() -> None:
    assert card(done=41, total=60).position == 42


def test_the_position_never_passes_the_total() -> None:
    assert card(done=60, total=60).position == 60


@pytest.mark.parametrize(
    ("done", "words"),
    # 25 seconds a pair: 19 left take 7.9 minutes, 1 takes less than one.
    [(41, "About 8 minutes left"), (59, "About 1 minute left"), (60, "About 1 minute left")],
)
def test_the_remaining_time_is_stated_in_whole_minutes(done: int, words: str) -> None:
    assert time_left(60 - done, Language.EN) == words


@pytest.mark.parametrize(
    ("total", "words"),
    # 25 seconds a pair: 213 take 88.75 minutes, 216 take 90, 1280 take 533.
    [(213, "About 89 minutes left"), (216, "About 2 hours left"), (1280, "About 9 hours left")],
)
def test_a_long_remaining_time_is_stated_in_hours(total: int, words: str) -> None:
    assert time_left(total, Language.EN) == words


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(512, 320, "wide"), (320, 320, "square"), (320, 512, "tall")]
)
def test_the_shape_follows_the_clips(width: int, height: int, shape: str) -> None:
    assert card(width=width, height=height).shape == shape


def test_the_script_reads_the_same_assignment_as_the_page() -> None:
    read = json.loads(CARD.as_json)

    assert read.pop("expires_at") == "2026-01-01T00:00:00Z"
    assert read == {name: value for name, value in CARD.model_dump().items() if name != "expires_at"}


def test_a_kept_form_ticks_the_side_that_was_chosen() -> None:
    kept = KeptForm(choice=Choice.RIGHT)

    assert (kept.left_checked, kept.right_checked) == (False, True)


@pytest.mark.parametrize(("lease_s", "words"), [(60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")])
def test_a_held_pair_is_available_again_after_the_lease(lease_s: int, words: str) -> None:
    page = VotePage(
        study_slug="s", study_title="S", instructions=None, assignment=None, lease_s=lease_s, remaining=2
    )

    assert page.lease_minutes == words
    assert f"within {words}." in bytes(shipped_pages().answer("voting/done.html", page).body).decode()
