"""Benchmarks of other papers in their own layouts."""

import json
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from benchmark.importers.layouts import VBENCH_FILE
from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems


def image(path: Path, shade: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 24), (shade, 120, 40)).save(path)
    return path


def animate_bench(folder: Path, prompts: str, *, images: int = 5) -> Path:
    """Write a benchmark with two styles; each style has images named 1 to 5."""
    for number, style in enumerate(("film", "toonyou")):
        for name in range(1, images + 1):
            image(folder / "img" / style / f"{name}.png", shade=number * 100 + name)
        config = folder / "configs" / f"{style}.yaml"
        config.parent.mkdir(exist_ok=True)
        config.write_text(f"base: base.yaml\nprompts:\n{prompts}n_prompt:\n  - ugly\n")
    return folder


def vbench(folder: Path, entries: list[dict[str, object]]) -> Path:
    (folder / VBENCH_FILE).write_text(json.dumps(entries))
    return folder


ENTRIES: list[dict[str, object]] = [
    {
        "prompt_en": "a red boat",
        "dimension": ["i2v_subject", "dynamic_degree"],
        "image_type": "transportation",
        "image_name": "a red boat.jpg",
    },
    {
        "prompt_en": "a red boat, camera pans left",
        "dimension": ["camera_motion"],
        "image_type": "transportation",
        "image_name": "a red boat.jpg",
    },
]


def test_animate_bench_gives_each_image_of_a_style_its_prompts(tmp_path: Path) -> None:
    source = read_official(animate_bench(tmp_path, "- - smiling\n  - rain\n  - fireworks\n"))

    assert len(source.pairs) == 2 * 5 * 3
    assert source.pairs[0].id == "film1_smiling"
    assert {pair.style for pair in source.pairs} == {"film", "toonyou"}
    assert len(source.images) == 10


def test_animate_bench_may_have_prompts_per_image(tmp_path: Path) -> None:
    source = read_official(animate_bench(tmp_path, "- - smiling\n- - rain\n  - snow\n", images=2))

    assert [pair.id for pair in source.pairs][:3] == ["film1_smiling", "film2_rain", "film2_snow"]


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ("- - a\n- - b\n", "2 lists of prompts for 5 images"),
        ("  3\n", "no list of prompts"),
        ("- - yes\n", "no list of prompts"),
    ],
)
def test_animate_bench_with_unclear_prompts_is_refused(tmp_path: Path, prompts: str, message: str) -> None:
    with pytest.raises(ImportProblems) as refused:
        read_official(animate_bench(tmp_path, prompts))

    assert message in str(refused.value.problems[0])


def test_vbench_keeps_prompts_dimensions_and_types(tmp_path: Path) -> None:
    image(tmp_path / "crop" / "1-1" / "a red boat.jpg")

    source = read_official(vbench(tmp_path, ENTRIES))

    assert [pair.id for pair in source.pairs] == [
        "a_red_boat_a_red_boat",
        "a_red_boat_a_red_boat_camera_pans_left",
    ]
    assert source.pairs[0].scenario == "transportation"
    assert source.pairs[0].tags["vbench_dimensions"] == "i2v_subject dynamic_degree"
    assert list(source.images) == ["a_red_boat"]


def test_vbench_without_a_type_takes_the_scenario_from_the_image(tmp_path: Path) -> None:
    image(tmp_path / "crop" / "1-1" / "a red boat.jpg")
    entries = [
        {"image_name": "a red boat.jpg", "prompt_en": "it sails", "image_type": None, "dimension": None}
    ]

    (pair,) = read_official(vbench(tmp_path, entries)).pairs

    assert (pair.scenario, pair.tags) == ("a_red_boat", {})


def test_vbench_with_crops_of_several_ratios_asks_for_one(tmp_path: Path) -> None:
    image(tmp_path / "1-1" / "a red boat.jpg", 10)
    image(tmp_path / "16-9" / "a red boat.jpg", 200)

    with pytest.raises(ImportProblems) as refused:
        read_official(vbench(tmp_path, ENTRIES))

    assert "Several different images have the name a red boat.jpg" in str(refused.value.problems[0])


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '[{"prompt_en": "a"}]',
        "3",
        '[{"image_name": "a.jpg", "prompt_en": true}]',
        '[{"image_name": "a.jpg", "prompt_en": ["a"]}]',
        '[{"image_name": "a.jpg", "prompt_en": "a", "dimension": "i2v_subject"}]',
    ],
)
def test_another_json_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / VBENCH_FILE).write_text(content)

    with pytest.raises(ImportProblems) as refused:
        read_official(tmp_path)

    assert "image_name and prompt_en" in str(refused.value.problems[0])


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportProblems) as refused:
        read_official(vbench(tmp_path, ENTRIES))

    assert "There is no image a red boat.jpg" in str(refused.value.problems[0])


def test_aigcbench_has_number_and_prompt_in_the_file_name(tmp_path: Path) -> None:
    image(tmp_path / "t2i" / "0001_a robot, in the rain.png", 1)
    image(tmp_path / "t2i" / "0002_a_castle_at_dawn.png", 2)
    (tmp_path / "webvid_eval_1000.txt").write_text("1.mp4\n")

    source = read_official(tmp_path)

    assert [(pair.id, pair.prompt) for pair in source.pairs] == [
        ("0001_a_robot_in_the_rain", "a robot, in the rain"),
        ("0002_a_castle_at_dawn", "a castle at dawn"),
    ]
    assert {pair.scenario for pair in source.pairs} == {"aigcbench"}


def test_images_named_by_their_prompts_are_a_benchmark(tmp_path: Path) -> None:
    image(tmp_path / "a cat jumps over a box.png")

    (pair,) = read_official(tmp_path).pairs

    assert (pair.image, pair.prompt) == ("a_cat_jumps_over_a_box", "a cat jumps over a box")


def test_images_without_prompts_are_still_refused(tmp_path: Path) -> None:
    image(tmp_path / "cat1.png")

    with pytest.raises(ImportProblems) as refused:
        read_official(tmp_path)

    assert "no CSV" in str(refused.value.problems[0])


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_hugging_face_image_folder_is_a_table(tmp_path: Path, suffix: str) -> None:
    image(tmp_path / "cat1.png")
    table = pd.DataFrame({"file_name": ["cat1.png"], "text": ["the cat jumps"], "split": ["test"]})
    path = tmp_path / f"metadata.{suffix}"
    if suffix == "csv":
        table.to_csv(path, index=False)
    elif suffix == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_parquet(path)

    (pair,) = read_official(tmp_path).pairs

    assert (pair.id, pair.tags) == ("cat1_the_cat_jumps", {"split": "test"})


def test_a_table_beside_numbered_images_wins(tmp_path: Path) -> None:
    image(tmp_path / "0001_a robot.png")
    (tmp_path / "prompts.jsonl").write_text('{"image": "0001_a robot.png", "prompt": "it waves"}\n')

    (pair,) = read_official(tmp_path).pairs

    assert pair.prompt == "it waves"
