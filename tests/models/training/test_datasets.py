"""Training clips from the scene engine and from folders."""

import json
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest

from benchmark.scenes.encoding import encode_mp4
from benchmark.video import Orientation
from models.motion.frames import BadClip
from models.training.data_settings import DataSettings
from models.training.datasets import clip_sources
from models.training.errors import BadConfig, NoClips
from tests.app.media.drawing import draw_clip, draw_frame, draw_uneven_clip
from tests.mp4_edits import set_matrix


def of_scenes(**changes: object) -> DataSettings:
    settings = {"source": "scenes", "scenarios": ["kites"], "images": 2, "held_out_images": 1, "frames": 4}
    return DataSettings.model_validate(settings | {"height": 64, "width": 64} | changes)


def of_folder(folder: Path, **changes: object) -> DataSettings:
    settings = {"source": "folder", "folder": str(folder), "frames": 4, "height": 64, "width": 96}
    return DataSettings.model_validate(settings | changes)


def write_clip(
    folder: Path, name: str, *, frames: int = 6, fps: int = 8, size: tuple[int, int] = (80, 160)
) -> None:
    rng = np.random.default_rng(len(name))
    pixels = rng.integers(0, 255, (frames, *size, 3), dtype=np.uint8)
    (folder / name).write_bytes(encode_mp4(pixels, fps=fps))


def write_captions(folder: Path, *rows: str) -> None:
    (folder / "captions.csv").write_text("\n".join(rows), encoding="utf-8")


def test_images_after_the_training_images_are_held_out() -> None:
    found = clip_sources(of_scenes())
    assert {source.label.name.rsplit("-", 1)[1]: source.label.held_out for source in found} == {
        "0": False,
        "1": False,
        "2": True,
    }


def test_only_rigid_actions_are_used_by_default() -> None:
    rigid = {source.label.caption for source in clip_sources(of_scenes())}
    everything = {source.label.caption for source in clip_sources(of_scenes(rigid_only=False))}
    assert rigid < everything
    assert not any("rain" in caption for caption in rigid)


def test_actions_that_move_few_pixels_can_be_excluded() -> None:
    assert len(clip_sources(of_scenes(least_moving_share=0.03))) < len(clip_sources(of_scenes()))


def test_a_rendered_clip_has_its_exact_flow() -> None:
    clip = clip_sources(of_scenes())[0].read()
    assert clip.frames.shape == (4, 64, 64, 3)
    assert clip.flow is not None
    assert clip.flow.shape == (3, 64, 64, 2)


def test_an_unknown_scenario_is_named() -> None:
    with pytest.raises(BadConfig, match="unknown scenario moon; expected some of kites"):
        clip_sources(of_scenes(scenarios=["moon"]))


def test_clips_of_a_folder_are_cropped_and_truncated(tmp_path: Path) -> None:
    write_clip(tmp_path, "a.mp4")
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")
    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))
    assert (source.label.caption, source.read().frames.shape) == ("a thing moves", (4, 64, 96, 3))


def test_a_clip_with_a_higher_frame_rate_is_subsampled(tmp_path: Path) -> None:
    write_clip(tmp_path, "a.mp4", frames=12, fps=24)
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")
    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))
    # Every third of 12 frames gives exactly the 4 configured frames.
    assert len(source.read().frames) == 4


def test_a_rotated_clip_is_cropped_upright(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "a.mp4", width=96, height=64, frames=4)
    set_matrix(clip, *Orientation.CLOCKWISE.value)
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")

    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0, height=96, width=64))

    upright = np.rot90(draw_frame(0, width=96, height=64), -1).astype(float)
    assert np.abs(source.read().frames[0] - upright).mean() < 8


def test_an_uneven_clip_is_sampled_by_time(tmp_path: Path) -> None:
    draw_uneven_clip(tmp_path / "a.mp4", starts_s=[0, 0.1, 0.2, 1.0, 1.5, 2.0])
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")

    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0, fps=2, height=64, width=64))

    # On screen at 0, 0.5, 1 and 1.5 s.
    for frame, number in zip(source.read().frames, (0, 2, 3, 4), strict=True):
        assert np.abs(frame - draw_frame(number).astype(float)).mean() < 8


def test_a_clip_with_a_display_matrix_that_scales_is_broken(tmp_path: Path) -> None:
    set_matrix(draw_clip(tmp_path / "a.mp4", frames=4), 2, 0, 0, 2)
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")
    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))

    with pytest.raises(BadClip, match=r"a\.mp4: "):
        source.read()


def test_a_clip_with_too_few_frames_is_broken(tmp_path: Path) -> None:
    write_clip(tmp_path, "a.mp4", frames=3)
    write_captions(tmp_path, "file,caption", "a.mp4,a thing moves")
    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))
    with pytest.raises(BadClip, match=r"a\.mp4: 3 frames at 8 frames per second; expected 4"):
        source.read()


def test_captions_can_be_jsonl_and_select_held_out_clips(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path, name)
    rows = [
        {"file": "a.mp4", "caption": "one", "held_out": 0},
        {"file": "b.mp4", "caption": "two", "held_out": 1},
    ]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [source.label.held_out for source in clip_sources(of_folder(tmp_path, captions="c.jsonl"))] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("file,words", "a.mp4,one"), r"captions\.csv has no column caption"),
        (("file,caption", "a.mp4,"), r"captions\.csv, line 2, column caption: The cell is empty"),
        (("file,caption", "a.mp4,a, b"), r"captions\.csv, line 2: The row has 3 cells"),
        (("file,caption,held_out", "a.mp4,one,maybe"), r'line 2, column held_out: "maybe" is not 0 or 1'),
        (
            ("file,caption,held_out", "a.mp4,one,0", "./a.mp4,two,1"),
            "line 3, column held_out: A row above has",
        ),
        (("file,caption,held out", "a.mp4,one,1"), r'column held out: The name differs from "held_out"'),
        (("file,caption", "a.mp4,\u200b"), r"line 2, column caption: The cell is empty"),
        (("file,caption", "a.mp4,one", "a.mp4,two", "a.mp4,one"), "line 4, column file: A row above has"),
    ],
)
def test_a_wrong_table_of_captions_is_named_with_its_line(
    tmp_path: Path, lines: tuple[str, ...], message: str
) -> None:
    write_captions(tmp_path, *lines)
    with pytest.raises(BadConfig, match=message):
        clip_sources(of_folder(tmp_path))


@pytest.mark.parametrize("separator", ["\u2028", "\n", "\r\n", "\x85", "\u200b", " \u00ad"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_line_break_inside_a_caption_separates_words(tmp_path: Path, separator: str, suffix: str) -> None:
    caption = f"a dog{separator}runs"
    content = (
        f'file,caption\na.mp4,"{caption}"\n'
        if suffix == "csv"
        else (json.dumps({"file": "a.mp4", "caption": caption}, ensure_ascii=False) + "\n")
    )
    (tmp_path / f"c.{suffix}").write_bytes(content.encode())

    (source,) = clip_sources(of_folder(tmp_path, captions=f"c.{suffix}", held_out_share=0))

    assert source.label.caption == "a dog runs"


def test_a_clip_whose_name_macos_decomposed_is_found(tmp_path: Path) -> None:
    write_clip(tmp_path, normalize("NFD", "café.mp4"))
    write_captions(tmp_path, "file,caption", f"{normalize('NFC', 'café.mp4')},one")

    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))

    assert len(source.read().frames) > 0


def test_a_clip_in_a_folder_whose_name_macos_decomposed_is_found(tmp_path: Path) -> None:
    folder = tmp_path / normalize("NFD", "café")
    folder.mkdir()
    write_clip(folder, normalize("NFD", "thé.mp4"))
    write_captions(tmp_path, "file,caption", f"{normalize('NFC', 'café/thé.mp4')},one")

    (source,) = clip_sources(of_folder(tmp_path, held_out_share=0))

    assert len(source.read().frames) > 0


def test_webvid_tables_can_state_held_out_clips(tmp_path: Path) -> None:
    write_captions(tmp_path, "videoid,page_dir,name,held_out", "1,a,one,0", "2,a,two,1")

    assert [source.label.held_out for source in clip_sources(of_folder(tmp_path))] == [False, True]


def test_a_folder_without_captions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"captions\.csv cannot be read"):
        clip_sources(of_folder(tmp_path))


def test_a_table_without_clips_to_train_on_is_refused(tmp_path: Path) -> None:
    write_captions(tmp_path, "file,caption,held_out", "a.mp4,one,1")
    with pytest.raises(NoClips, match="there is no clip to train on"):
        clip_sources(of_folder(tmp_path))
