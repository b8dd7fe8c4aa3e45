"""Generators without weights."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data import bundled_folder
from benchmark.scenes.benchmarks import bundled_pairs
from benchmark.scenes.synthetic import draw_frames
from models.generators.base import BadInput, ClipRequest
from models.generators.registry import create_generator
from tests.models.generators.requests import picture


def bundled_request(pair_id: str) -> ClipRequest:
    pair = bundled_pairs()[pair_id]
    return ClipRequest(pair_id, bundled_folder() / pair.image_path, pair.prompt)


@pytest.mark.parametrize("name", ["reference", "wrong-action", "zoom", "drift"])
def test_a_synthetic_model_returns_the_clip_of_the_scene_engine(name: str) -> None:
    pair_id = next(iter(bundled_pairs()))
    generator = create_generator(name)

    (clip,) = generator.generate([bundled_request(pair_id)])

    np.testing.assert_array_equal(clip.frames, draw_frames(name, pair_id))
    assert (clip.pair_id, clip.fps, clip.provenance.model) == (pair_id, 8, name)


def test_the_static_model_repeats_the_image_of_any_pair(tmp_path: Path) -> None:
    request = ClipRequest("cat1_it_jumps", picture(tmp_path, width=640, height=320), "It jumps.")

    (clip,) = create_generator("static").generate([request])

    assert clip.frames.shape == (16, 320, 320, 3)
    assert (clip.frames == clip.frames[0]).all()
    with Image.open(request.image) as image:
        middle = np.asarray(image.crop((160, 0, 480, 320)))
    np.testing.assert_array_equal(clip.frames[0], middle)


def test_a_synthetic_model_refuses_a_pair_of_another_benchmark(tmp_path: Path) -> None:
    request = ClipRequest("cat1_it_jumps", picture(tmp_path), "It jumps.")

    with pytest.raises(BadInput, match="cat1_it_jumps is not a pair of the bundled benchmark"):
        list(create_generator("zoom").generate([request]))


def test_a_synthetic_model_refuses_another_image_with_the_same_id(tmp_path: Path) -> None:
    pair_id = next(iter(bundled_pairs()))
    request = ClipRequest(pair_id, picture(tmp_path, width=512, height=512), "Anything.")

    with pytest.raises(BadInput, match="is not the bundled image"):
        list(create_generator("zoom").generate([request]))


def test_an_unreadable_image_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")

    with pytest.raises(BadInput, match=r"broken\.png cannot be read"):
        list(create_generator("static").generate([ClipRequest("a", tmp_path / "broken.png", "It jumps.")]))
