"""`ti2v prepare`: shards of encoded clips, from folders, WebVid's table and WebDataset shards."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from models.cli.prepare import prepare as prepare_command
from models.motion.frames import BadClip
from models.shard import Shard
from models.training.config import TrainingConfig
from models.training.config_io import to_toml
from models.training.datasets import clip_sources
from models.training.encoded_clips import Dataset
from models.training.errors import BadConfig
from models.training.networks import create_pipeline
from models.training.prepare import (
    NumberedClips,
    Preparation,
    PreparationOptions,
    ShardBuilder,
    ShardResult,
    prepare,
)
from models.training.prepared_dataset import prepared_dataset
from models.worker.ray_engine import ray_cluster
from tests.models.training.test_datasets import write_clip
from tests.models.training.toys import open_setup, toy_config


def build_here(
    configs: Sequence[TrainingConfig], missing: Sequence[NumberedClips], options: PreparationOptions
) -> Iterator[ShardResult]:
    """Build shards in this process, which is faster for a few toy clips."""
    builder = ShardBuilder(configs, clip_sources(configs[0].data), options.device)
    for number, sources in missing:
        yield builder.build(options.output, number, sources)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six clips and a damaged clip in WebVid's layout, with a row for an eighth clip that does not exist."""
    folder = tmp_path_factory.mktemp("webvid")
    (folder / "page").mkdir()
    for number in range(6):
        write_clip(folder / "page", f"{number}.mp4", frames=9 + number, fps=8)
    whole = (folder / "page" / "5.mp4").read_bytes()
    (folder / "page" / "6.mp4").write_bytes(whole[:700])
    rows = [f"{number},page,a kite in clip {number}" for number in range(8)]
    (folder / "captions.csv").write_text("\n".join(["videoid,page_dir,name", *rows]), encoding="utf-8")
    return folder


def of_videos(folder: Path, **changes: object) -> TrainingConfig:
    data = {"source": "folder", "folder": str(folder), "held_out_share": 0.3, "scenarios": [], **changes}
    return toy_config(data=data, heatmap={"flow": "dis-fast", "last_frame": "repeat"})


def prepared(config: TrainingConfig, folder: Path, **changes: object) -> Preparation:
    options = replace(PreparationOptions(folder, clips_per_shard=3), **changes)
    return prepare([config], clip_sources(config.data), options, build=build_here)


def test_prepared_clips_have_the_tensors_of_cached_clips(videos: Path, tmp_path: Path) -> None:
    config = of_videos(videos, windows=2, strides=[1, 2], position="random")
    prepared(config, tmp_path / "shards")
    plain = open_setup(config, tmp_path / "cache")
    dataset = dataset_of(config, tmp_path / "shards")

    assert [each.label for each in dataset.training] == [each.label for each in plain.dataset.training]
    for one, other in zip(dataset.training, plain.dataset.training, strict=True):
        for name in ("latents", "text", "heatmap", "region"):
            assert torch.equal(getattr(one.tensors(), name), getattr(other.tensors(), name))
        assert one.tensors().fps == other.tensors().fps
    assert {each.tensors().fps for each in dataset.training} == {4.0, 8.0}
    assert (dataset.held_out[0].frames() == plain.dataset.held_out[0].frames()).all()


def test_broken_clips_are_named_and_counted(videos: Path, tmp_path: Path) -> None:
    result = prepared(of_videos(videos), tmp_path)

    assert (result.clips, set(result.broken)) == (6, {"page/6.mp4", "page/7.mp4"})
    assert "no such file" in result.broken["page/7.mp4"]


def test_complete_shards_are_kept_and_parts_are_disjoint(videos: Path, tmp_path: Path) -> None:
    config = of_videos(videos)

    first = prepared(config, tmp_path, shard=Shard(1, 2))
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("clips-*")}
    second = prepared(config, tmp_path, shard=Shard(2, 2))
    again = prepared(config, tmp_path)

    assert sorted(before) == [
        "clips-000000.json",
        "clips-000000.tar",
        "clips-000002.json",
        "clips-000002.tar",
    ]
    assert all((tmp_path / name).stat().st_mtime_ns == time for name, time in before.items())
    assert (first.clips + second.clips, again.clips, again.shards_kept) == (6, 0, 3)


@pytest.mark.full_size
def test_actors_on_ray_write_the_same_bytes(videos: Path, tmp_path: Path) -> None:
    from models.training.prepare_on_ray import build_on_ray

    config = of_videos(videos)
    prepared(config, tmp_path / "here")
    with ray_cluster(None):
        options = PreparationOptions(tmp_path / "ray", workers=1, clips_per_shard=3)
        prepare([config], clip_sources(config.data), options, build=build_on_ray)

    assert same_files(tmp_path / "here", tmp_path / "ray")


def test_shards_have_the_heatmaps_of_all_configs(videos: Path, tmp_path: Path) -> None:
    plain = of_videos(videos)
    inverse = plain.model_copy(update={"heatmap": plain.heatmap.model_copy(update={"inverse": True})})
    options = PreparationOptions(tmp_path)
    prepare([plain, inverse], clip_sources(plain.data), options, build=build_here)

    first, second = (dataset_of(config, tmp_path).training[0].tensors() for config in (plain, inverse))

    torch.testing.assert_close(first.heatmap + second.heatmap, torch.ones_like(first.heatmap))
    assert torch.equal(first.region, second.region)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"data": {"frames": 5}}, "data.frames is 5 in toy, but 4 in the prepared clips"),
        ({"heatmap": {"threshold": 0.1}}, "do not contain the heatmap of toy"),
        ({"tiny": {"text_channels": 16}}, "another text encoder"),
    ],
)
def test_a_run_with_other_settings_is_refused(
    shards: Path, videos: Path, changes: dict[str, dict[str, object]], problem: str
) -> None:
    config = of_videos(videos)
    sections = {
        name: {**getattr(config, name).model_dump(mode="json"), **new} for name, new in changes.items()
    }
    other = TrainingConfig.model_validate({**config.model_dump(mode="json"), **sections})

    with pytest.raises(BadConfig, match=problem):
        dataset_of(other, shards)


def test_a_folder_of_other_settings_is_refused(shards: Path, videos: Path) -> None:
    with pytest.raises(BadConfig, match="has shards of other settings"):
        prepared(of_videos(videos, frames=5), shards)


@pytest.fixture(scope="module")
def shards(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    prepared(of_videos(videos), folder)
    return folder


def test_a_cut_and_a_missing_shard_are_named(videos: Path, tmp_path: Path) -> None:
    config = of_videos(videos)
    prepared(config, tmp_path)
    tar = tmp_path / "clips-000001.tar"
    tar.write_bytes(tar.read_bytes()[:-512])

    with pytest.raises(BadConfig, match=r"clips-000001.tar has .* bytes, but .* were written"):
        dataset_of(config, tmp_path)
    tar.with_suffix(".json").unlink()
    with pytest.raises(BadConfig, match=r"1 of 3 shards are missing, the first is .*clips-000001.tar"):
        dataset_of(config, tmp_path)


def test_damaged_tensors_in_a_shard_are_named(videos: Path, tmp_path: Path) -> None:
    config = of_videos(videos)
    prepared(config, tmp_path)
    clip = dataset_of(config, tmp_path).training[0]
    listed = json.loads((tmp_path / "clips-000000.json").read_text())["clips"]
    (entry,) = (each for each in listed if each["name"] == clip.label.name)
    tar = bytearray((tmp_path / "clips-000000.tar").read_bytes())
    tar[entry["offset"] : entry["offset"] + 8] = b"\xff" * 8
    (tmp_path / "clips-000000.tar").write_bytes(tar)

    message = r"clips-000000.tar: the tensors of .* cannot be read: .* Delete clips-000000.json. Run"
    with pytest.raises(BadConfig, match=message):
        clip.tensors()


def dataset_of(config: TrainingConfig, folder: Path) -> Dataset:
    config = config.model_copy(update={"data": config.data.model_copy(update={"prepared": str(folder)})})
    return prepared_dataset(config, create_pipeline(config, clip_sources(config.data)))


def write_tar(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_webdataset_shards_give_clips_and_their_damage(videos: Path, tmp_path: Path) -> None:
    clip = (videos / "page" / "0.mp4").read_bytes()
    write_tar(
        tmp_path / "a.tar",
        {
            "x/1.mp4": clip,
            "x/1.txt": b"a kite\nrises",
            "x/2.json": json.dumps({"caption": "a boat"}).encode(),
            "x/2.mp4": clip,
            "x/3.mp4": clip,
            "x/4.txt": b"no video",
            "x/5.mp4": clip,
            "x/5.json": b"[]",
        },
    )
    write_tar(tmp_path / "b.tar", {"1.mp4": clip, "1.txt": b"a kite", "2.mp4": clip, "2.txt": b"a kite"})
    cut = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(cut[: 512 + len(clip) + 2000])
    config = of_videos(tmp_path, source="webdataset", held_out_share=0)

    result = prepared(config, tmp_path / "out")

    assert result.clips == 3
    assert {name: reason.split(":")[-1].strip() for name, reason in result.broken.items()} == {
        "a.tar/x/3": "there is no caption; expected one of txt, json.",
        "a.tar/x/4": "a.tar/x/4 has no video; expected one of mp4, mov, mkv, webm, avi.",
        "a.tar/x/5": "The line is not a JSON object.",
        "b.tar": "the file ends inside 2.mp4.",
    }
    captions = [clip.label.caption for clip in dataset_of(config, tmp_path / "out").training]
    assert captions == ["a kite rises", "a boat", "a kite"]


def test_webdataset_files_that_are_not_plain_tar_files_are_named(videos: Path, tmp_path: Path) -> None:
    clip = (videos / "page" / "0.mp4").read_bytes()
    write_tar(tmp_path / "a.tar", {"._1.mp4": b"macOS", "1.mp4": clip, "1.txt": b"a kite"})
    long = "y" * 300  # longer than the name of a file can be
    write_tar(tmp_path / "b.tar", {"x/2.mp4": b"<html>", "x/2.txt": b"a kite"})
    write_tar(tmp_path / "e.tar", {f"{long}.mp4": clip, f"{long}.txt": b"a kite"})
    (tmp_path / "c.tar").write_bytes(gzip.compress((tmp_path / "a.tar").read_bytes()))
    (tmp_path / "d.tar").write_bytes(b"<html>" * 200)
    config = of_videos(tmp_path, source="webdataset", held_out_share=0)

    result = prepared(config, tmp_path / "out")

    assert result.clips == 2
    assert result.broken == {
        "b.tar/x/2": "2.mp4: The file cannot be opened as a video.",
        "c.tar": "c.tar is damaged, cut or compressed: invalid header.",
        "d.tar": "d.tar is damaged, cut or compressed: invalid header.",
    }


def test_captions_of_webdataset_shards_follow_the_rules_of_tables(videos: Path, tmp_path: Path) -> None:
    captions = {
        "0.txt": "\ufeffa kite\r\nrises\n".encode(),
        "1.txt": "a caf\u00e9".encode("utf-16"),
        "2.json": b'{"caption": true}',
        "3.json": b'{"caption": "a dog", "caption": "a cat"}',
        "4.txt": b"NaN",
        "5.txt": b" \n",
    }
    clip = (videos / "page" / "0.mp4").read_bytes()
    files = [((f"{name[0]}.mp4", clip), (name, text)) for name, text in captions.items()]
    write_tar(tmp_path / "a.tar", dict(chain.from_iterable(files)))
    (tmp_path / "._a.tar").write_bytes(b"macOS")

    sources = clip_sources(of_videos(tmp_path, source="webdataset", held_out_share=0).data)

    assert [source.label.caption for source in sources] == ["a kite rises", "a café", "", "", "", ""]
    messages = ("True is not a text", "caption twice", '"NaN" is a missing value', "is empty")
    for source, message in zip(sources[2:], messages, strict=True):
        with pytest.raises(BadClip, match=message):
            source.read()


def test_the_command_writes_the_same_bytes_and_names_broken_clips(videos: Path, tmp_path: Path) -> None:
    config = of_videos(videos)
    prepared(config, tmp_path / "here", shard=Shard(3, 3))
    path = tmp_path / "videos.toml"
    path.write_text(to_toml(config), encoding="utf-8")
    options = f"--output {tmp_path / 'there'} --shard 3/3 --clips-per-shard 3 --workers 1"

    answer = CliRunner().invoke(prepare_command, [str(path), *options.split()], standalone_mode=False)

    assert answer.exception is None
    assert "Skipped page/7.mp4: 7.mp4: there is no such file." in answer.stderr
    assert same_files(tmp_path / "here", tmp_path / "there")


def same_files(one: Path, other: Path) -> bool:
    return {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }
