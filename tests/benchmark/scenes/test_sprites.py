"""Sprite clips: only the text decides which object moves; flow and masks are exact."""

from itertools import groupby

import numpy as np
import pytest

from benchmark.scenes.sprites import (
    RequestKind,
    Split,
    SpriteClip,
    SpriteSettings,
    enlarged,
    held_out_clips,
    training_clip,
    vocabulary,
)
from benchmark.scenes.sprites.splits import is_new_colour, is_new_verb


@pytest.fixture(scope="module")
def training() -> list[SpriteClip]:
    return [training_clip(5, number, SpriteSettings()) for number in range(120)]


def asked_centres(clip: SpriteClip) -> np.ndarray:
    """Return the centre (x, y) of the prompt's object in every frame in which the object is visible."""
    masks = clip.masks[clip.request.asked]
    return np.array([np.argwhere(mask)[:, ::-1].mean(axis=0) for mask in masks if mask.any()])


def test_a_seed_and_a_number_give_the_same_bytes() -> None:
    first, second, other = (training_clip(1, number, SpriteSettings()) for number in (7, 7, 8))

    assert first.frames.tobytes() == second.frames.tobytes()
    assert first.prompt == second.prompt
    assert first.frames.tobytes() != other.frames.tobytes()


def test_the_asked_object_moves_as_the_request_says_and_nothing_else_changes() -> None:
    moved = [clip for clip in held_out_clips() if clip.request.kind is RequestKind.MOVES]
    for clip in moved:
        centres = asked_centres(clip)
        expected = np.array(clip.request.direction.vector) * clip.request.displacement
        np.testing.assert_allclose(centres[-1] - centres[0], expected, atol=0.6)
        # Two pixels around the path are the object's antialiased rim.
        crossed = clip.masks[clip.request.asked].any(axis=0)
        rim = np.lib.stride_tricks.sliding_window_view(np.pad(crossed, 2), (5, 5)).any(axis=(2, 3))
        changed = (clip.frames != clip.frames[0]).any(axis=(0, 3))
        assert not (changed & ~rim).any()


def test_the_flow_leads_every_visible_pixel_of_the_asked_object_to_the_object() -> None:
    for clip in held_out_clips()[::9]:
        asked = clip.masks[clip.request.asked]
        total = clip.flow[:, :, :][asked[:-1]]
        per_step = np.array(clip.request.direction.vector) * clip.request.displacement / 7
        np.testing.assert_allclose(total, np.broadcast_to(per_step, total.shape), atol=1e-4)
        assert not clip.flow[~asked[:-1]].any()


def test_a_new_object_is_absent_at_first_and_complete_at_the_end() -> None:
    entered = [clip for clip in held_out_clips() if clip.request.kind is RequestKind.ENTERS]
    assert len(entered) == 18
    for clip in entered:
        new = clip.masks[clip.request.asked]
        assert not new[0].any()
        assert new[-1].any()
        assert clip.prompt.startswith(f"a {clip.names[clip.request.asked]} enters from the ")
        assert clip.names[clip.request.asked] not in clip.names[: clip.request.asked]


def test_pairs_of_an_image_share_the_image_and_ask_for_different_things() -> None:
    for _, group in groupby(held_out_clips(), key=lambda clip: clip.image_id):
        clips = list(group)
        assert len(clips) == len({clip.prompt for clip in clips}) == 4
        assert len({clip.request.asked for clip in clips}) > 1
        assert len({clip.frames[0].tobytes() for clip in clips}) == 1


def test_held_out_clips_have_what_no_training_clip_has(training: list[SpriteClip]) -> None:
    clips = held_out_clips()

    assert len({clip.pair_id for clip in clips}) == len(clips) == 96
    for clip in training:
        assert not any(is_new_colour(*name.split()) for name in clip.names)
        assert not _asks_new_verb(clip)
    for clip in clips:
        objects = len(clip.names) - (clip.request.kind is RequestKind.ENTERS)
        assert (objects == 4) is (clip.split is Split.CROWD)
        assert all(is_new_colour(*name.split()) is (clip.split is Split.COLOUR) for name in clip.names)
        assert _asks_new_verb(clip) is (clip.split is Split.VERB)


def _asks_new_verb(clip: SpriteClip) -> bool:
    shape = clip.names[clip.request.asked].split()[1]
    return clip.request.kind is RequestKind.MOVES and is_new_verb(shape, clip.request.direction)


def test_the_image_does_not_tell_which_object_moves(training: list[SpriteClip]) -> None:
    moves = [clip for clip in training if clip.request.kind is RequestKind.MOVES]
    asked = [clip.request.asked / (len(clip.names) - 1) for clip in moves]

    assert 0.3 < np.mean(asked) < 0.7
    assert {clip.request.direction for clip in moves} == set(type(moves[0].request.direction))


@pytest.mark.parametrize("share", [0.8, 0.92, 0.98])
def test_the_share_of_static_pixels_is_the_one_asked_for(share: float) -> None:
    settings = SpriteSettings(static_share=share)
    shares = [training_clip(3, number, settings).static_share for number in range(60)]

    assert np.mean(shares) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("share", [0.79, 0.99])
def test_a_static_share_outside_the_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=r"expected 0\.8 to 0\.98"):
        SpriteSettings(static_share=share)


def test_a_benchmark_whose_sprites_are_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match=r"with static_share 0\.8, 4 sprites leave no room to move"):
        held_out_clips(SpriteSettings(static_share=0.8))


def test_the_vocabulary_has_every_word_of_every_prompt(training: list[SpriteClip]) -> None:
    prompts = [clip.prompt for clip in (*training, *held_out_clips())]

    assert {word for prompt in prompts for word in prompt.split()} == set(vocabulary())


def test_the_truth_is_that_of_the_asked_object() -> None:
    for clip in held_out_clips()[:4]:
        assert clip.truth.enters is (clip.request.kind is RequestKind.ENTERS)
        assert clip.truth.flow is not None
        assert clip.truth.flow[clip.truth.mask[:-1]].any()


def test_enlarged_frames_repeat_every_pixel() -> None:
    frames = held_out_clips()[0].frames

    large = enlarged(frames, 6)

    assert large.shape == (8, 192, 192, 3)
    np.testing.assert_array_equal(large[:, 5::6, ::6], frames)
