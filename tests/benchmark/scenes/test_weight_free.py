"""The five models without weights behave as described."""

import numpy as np
import pytest

from benchmark.scenes import SCENARIOS, ScenePair, Style, draw_clip, draw_still
from benchmark.scenes.benchmarks import bundled_pairs
from benchmark.scenes.synthetic import draw_frames, wrong_action
from benchmark.synthetic_models import SYNTHETIC_MODELS


def pair(action: str = "red_sails_left", image: str = "harbour1", style: Style = Style.FLAT) -> ScenePair:
    return ScenePair(image, style, seed=5, action=action)


def test_there_are_five_models_each_with_a_sentence() -> None:
    assert list(SYNTHETIC_MODELS) == ["reference", "static", "wrong-action", "zoom", "drift"]
    assert all(sentence.endswith(".") for sentence in SYNTHETIC_MODELS.values())


@pytest.mark.parametrize("model", SYNTHETIC_MODELS)
def test_every_clip_begins_with_the_still_image(model: str) -> None:
    frames = draw_frames(model, pair(), frames=4, size=128)

    assert frames.shape == (4, 128, 128, 3)
    np.testing.assert_array_equal(frames[0], draw_still(pair().scene, 128))


def test_the_static_model_never_moves() -> None:
    frames = draw_frames("static", pair(), frames=4, size=96)

    assert (frames == frames[0]).all()


def test_the_wrong_action_is_another_prompt_that_moves_other_things() -> None:
    wrong = wrong_action(pair())

    assert "red boat" not in wrong.moved_parts
    assert wrong in SCENARIOS["harbour"].actions


def test_the_prompts_of_one_image_do_not_all_get_the_same_wrong_action() -> None:
    wrong = {wrong_action(pair(action.name)).name for action in SCENARIOS["harbour"].actions}

    assert len(wrong) > 1


def test_the_zoom_ignores_the_prompt() -> None:
    zoomed = draw_frames("zoom", pair(), size=96)

    np.testing.assert_array_equal(zoomed, draw_frames("zoom", pair("buoy_rocks"), size=96))
    assert np.abs(zoomed[-1].astype(int) - zoomed[0]).mean() > 4


def test_the_drift_slides_the_whole_picture_the_way_the_object_should_go() -> None:
    frames = draw_frames("drift", pair("white_leaves"), frames=8, size=160).astype(int)
    shift = round(0.24 * 160)

    # The boat should go right, so what was `shift` pixels further left is here at the end.
    kept = np.abs(frames[-1][:, shift + 2 :] - frames[0][:, 2 : 160 - shift]).mean()
    assert kept < 4
    assert np.abs(frames[-1] - frames[0]).mean() > 3 * kept


def test_the_drift_slides_to_the_right_where_nothing_should_move() -> None:
    frames = draw_frames("drift", pair("light_turns_green", "street1"), frames=4, size=160).astype(int)
    shift = round(0.16 * 160)

    assert np.abs(frames[-1][:, shift + 2 :] - frames[0][:, 2 : 160 - shift]).mean() < 4


def test_a_bundled_pair_is_drawn_by_its_id() -> None:
    pair_id, bundled = next(iter(bundled_pairs().items()))

    np.testing.assert_array_equal(
        draw_frames("reference", pair_id, frames=3, size=64),
        draw_frames("reference", bundled, frames=3, size=64),
    )


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no synthetic model 'motif'; choose one of reference, static"):
        draw_clip("motif", pair())


def test_an_unknown_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="no pair 'kites1_nothing' in the bundled benchmark"):
        draw_clip("static", "kites1_nothing")


@pytest.mark.parametrize("model", SYNTHETIC_MODELS)
def test_a_clip_of_one_frame_is_refused_by_every_model(model: str) -> None:
    with pytest.raises(ValueError, match="at least 2 frames, not 1"):
        draw_clip(model, pair(), frames=1)
