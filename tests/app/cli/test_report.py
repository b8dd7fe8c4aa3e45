"""`ti2v report` writes a study as one folder, which readers can verify and recompute."""

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from sqlalchemy import insert, select

from app.media.sandbox import Sandbox
from app.tables.playback import PlaybackEvent
from app.tables.voting import Assignment
from benchmark.cli.main import main
from benchmark.exports.tables import EXTENSIONS
from benchmark.protocol import TableFormat
from benchmark.scoring import COMPUTED
from tests.app.cli.outcome import Run
from tests.app.results.page_voters import close, fill_panels
from tests.cast import MODELS, PAIR_IDS, Cast, Study
from tests.conftest import open_with_sandbox, settings_for
from tests.full_disk import mounted_disk


@dataclass(frozen=True)
class World:
    """A closed study, and its report, which the tests read but do not change."""

    home: Path
    bundle: Path


@pytest.fixture(scope="module")
def world(stage: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> World:
    home = tmp_path_factory.mktemp("report") / "home"
    shutil.copytree(stage[0], home)
    with open_with_sandbox(settings_for(home), sandbox) as context:
        cast = replace(stage[1], context=context)
        study = cast.open_study()
        fill_panels(study, people=3)
        with context.database.write() as session:
            assignment_id = session.scalars(select(Assignment.id)).first()
            event = {"assignment_id": assignment_id, "view": 5, "number": 0, "clip": "left", "kind": "play"}
            session.execute(insert(PlaybackEvent).values(**event, at_ms=3, position_ms=0))
        close(study, cast.alice)
    bundle = home.parent / "bundle"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TI2V_HOME", str(home))
        options = ["--strip", PAIR_IDS[1], "--licence", "cc-by-4.0"]
        assert main(["report", "motif-study", "--output", str(bundle), *options]) == 0
    return World(home, bundle)


@pytest.fixture
def ti2v(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the database with the closed study."""
    monkeypatch.setenv("TI2V_HOME", str(world.home))
    return run


@pytest.fixture
def ti2v_of_cast(run: Run, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the cast's database; the test itself opens a study."""
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    return run


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_bundles_of_one_moment_are_the_same_bytes(ti2v: Run, world: World, tmp_path: Path) -> None:
    options = ("--strip", PAIR_IDS[1], "--licence", "cc-by-4.0")

    outcome = ti2v("report", "motif-study", "--output", tmp_path / "second", *options)

    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 'second'}\n"), outcome.err
    assert files_of(tmp_path / "second") == files_of(world.bundle)


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_the_playback_table_of_the_bundle_is_the_exported_table(
    ti2v: Run, world: World, tmp_path: Path, form: str
) -> None:
    exported = tmp_path / f"exported.{form}"
    ti2v("export", "motif-study", "--table", "playback", "--format", form, "--output", exported)

    written = (world.bundle / "votes" / f"playback.{form}").read_bytes()
    assert written == exported.read_bytes()
    if form == "jsonl":
        assert [json.loads(line)["kind"] for line in written.splitlines()] == ["play"]
    card = DatasetCard((world.bundle / "README.md").read_text())
    configs = {each["config_name"]: each["data_files"] for each in card.data.configs}
    assert configs["playback"] == "votes/playback.parquet"


@pytest.mark.parametrize("form", TableFormat)
def test_every_table_is_computed_again_byte_for_byte(
    ti2v: Run, world: World, tmp_path: Path, form: TableFormat
) -> None:
    for table in COMPUTED:
        again = tmp_path / f"{table}.{EXTENSIONS[form]}"
        votes = world.bundle / "votes" / "votes.parquet"
        printed = form in (TableFormat.MARKDOWN, TableFormat.LATEX)
        names = ("--names", world.bundle / "names.json") if printed else ()
        options = ("--table", table, "--format", form, "--output", again, *names)
        assert ti2v("score", votes, *options).code == 0
        assert again.read_bytes() == (world.bundle / "tables" / again.name).read_bytes()


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_every_form_of_the_votes_gives_the_same_results(
    ti2v: Run, world: World, tmp_path: Path, form: str
) -> None:
    votes = world.bundle / "votes" / f"votes.{form}"

    ti2v("score", votes, "--table", "all", "--format", "json", "--output", tmp_path / "again.json")

    assert (tmp_path / "again.json").read_bytes() == (world.bundle / "results.json").read_bytes()


def test_figures_are_drawn_again_byte_for_byte(ti2v: Run, world: World, tmp_path: Path) -> None:
    votes, names = world.bundle / "votes" / "votes.parquet", world.bundle / "names.json"

    for figure in ("preferences", "scenarios"):
        for form in ("svg", "pdf", "png", "csv"):
            again = tmp_path / f"{figure}.{form}"
            options = ("--names", names, "--figure", figure, "--format", form, "--output", again)
            assert ti2v("figure", votes, *options).code == 0
            assert again.read_bytes() == (world.bundle / "figures" / again.name).read_bytes()


def test_the_tables_are_those_of_the_service(ti2v: Run, world: World) -> None:
    for table in COMPUTED:
        exported = ti2v("export", "motif-study", "--table", table, "--format", "csv")
        assert exported.out == (world.bundle / "tables" / f"{table}.csv").read_text()


def test_the_commands_of_the_readme_name_every_table_and_figure(world: World) -> None:
    commands = (world.bundle / "README.md").read_text().split("```sh")[1].split("```")[0]

    assert f"for table in {' '.join(COMPUTED)}; do" in commands
    assert "for figure in preferences scenarios; do" in commands
    assert "sha256sum --check --quiet SHA256SUMS" in commands


def test_the_digests_cover_every_file_and_are_right(world: World) -> None:
    files = files_of(world.bundle)
    sums = files.pop("SHA256SUMS").decode()

    assert sums == "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()
    )


def test_the_readme_is_a_data_set_card_whose_files_are_there(world: World) -> None:
    card = DatasetCard((world.bundle / "README.md").read_text()).data

    assert (card["license"], card["pretty_name"]) == ("cc-by-4.0", "MotiF against two")
    assert [config["config_name"] for config in card["configs"] if "default" in config] == ["votes"]
    assert all((world.bundle / config["data_files"]).is_file() for config in card["configs"])


def test_the_protocol_is_written_down_as_it_was_frozen(world: World) -> None:
    protocol = json.loads((world.bundle / "protocol.json").read_text())

    assert (protocol["study"]["slug"], protocol["study"]["status"]) == ("motif-study", "closed")
    assert protocol["study"]["votes_per_comparison"] == 5
    assert [each["side"] for each in protocol["sides"]] == sorted(MODELS)
    assert [each["matchup"] for each in protocol["matchups"]] == ["motif:cinemo", "motif:dynamicrafter"]
    assert protocol["benchmark"]["content_hash"] == "0" * 64


def test_every_clip_and_pair_has_its_hash(world: World) -> None:
    with (world.bundle / "clips.csv").open() as file:
        clips = list(csv.DictReader(file))
    with (world.bundle / "benchmark" / "pairs.csv").open() as file:
        pairs = list(csv.DictReader(file))

    stored = {path.name for path in (world.home / "media" / "clips").rglob("*") if path.is_file()}
    assert len(clips) == len(MODELS) * len(PAIR_IDS)
    assert {clip["sha256"] for clip in clips} <= stored
    assert [pair["pair"] for pair in pairs] == list(PAIR_IDS)
    assert pairs[0]["prompt_sha256"] == hashlib.sha256(pairs[0]["prompt"].encode()).hexdigest()
    assert len(pairs[0]["image_sha256"]) == 64


def test_annotators_are_pseudonyms_and_nobodys_name_is_in_the_votes(world: World) -> None:
    votes = (world.bundle / "votes" / "votes.csv").read_text()

    assert not any(name in votes for name in ("alice", "bob", "charlie", "ada"))


def test_the_environment_names_packages_and_nothing_of_the_machine(world: World) -> None:
    first, *lines = (world.bundle / "environment.txt").read_text().splitlines()

    assert re.fullmatch(r"# Python 3\.\d+\.\d+", first)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==\S+", line) for line in lines)
    assert {"matplotlib", "numpy", "pyarrow", "ti2v-bench"} <= {line.split("==")[0] for line in lines}


def test_a_strip_is_drawn_for_each_pair_asked_for(world: World) -> None:
    figures = world.bundle / "figures"

    assert (figures / "strip-01.csv").read_text().splitlines()[1].startswith(PAIR_IDS[1])
    assert (
        f"`strip-01`: Frames of 3 models for one pair ({PAIR_IDS[1]})"
        in (figures / "captions.md").read_text()
    )


def test_the_report_of_an_open_study_is_marked_as_interim_and_recomputed(
    ti2v_of_cast: Run, study: Study, tmp_path: Path
) -> None:
    fill_panels(study, people=1)

    ti2v_of_cast("report", study.slug, "--output", tmp_path / "bundle")

    files = files_of(tmp_path / "bundle")
    assert "**Interim.**" in files["README.md"].decode()
    assert "votes.parquet --interim" in files["README.md"].decode()
    assert b">Interim:<" in files["figures/preferences.svg"]
    votes = tmp_path / "bundle" / "votes" / "votes.parquet"
    again = ti2v_of_cast("score", votes, "--interim", "--table", "all", "--format", "json")
    assert again.out.encode() == files["results.json"]
    assert json.loads(again.out)["interim"] is True


def test_an_earlier_bundle_of_the_study_is_replaced(
    ti2v_of_cast: Run, cast: Cast, study: Study, tmp_path: Path
) -> None:
    fill_panels(study, people=1)
    ti2v_of_cast("report", study.slug, "--output", tmp_path / "bundle")
    close(study, cast.alice)

    outcome = ti2v_of_cast("report", study.slug, "--output", tmp_path / "bundle")

    assert outcome.code == 0, outcome.err
    assert json.loads((tmp_path / "bundle" / "results.json").read_text())["interim"] is False
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_anything_else_is_refused_and_left_alone(ti2v: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")

    outcome = ti2v("report", "motif-study", "--output", mine)

    assert outcome.code == 1
    assert "is not empty and is not an earlier report of motif-study" in outcome.err
    assert files_of(mine) == {"thesis.tex": b"years of work"}


def test_a_file_that_was_added_to_an_earlier_bundle_is_never_lost(
    ti2v: Run, world: World, tmp_path: Path
) -> None:
    shutil.copytree(world.bundle, tmp_path / "bundle")
    (tmp_path / "bundle" / "notes.md").write_text("my notes")

    outcome = ti2v("report", "motif-study", "--output", tmp_path / "bundle")

    assert (outcome.code, "contains notes.md" in outcome.err) == (1, True)
    assert (tmp_path / "bundle" / "notes.md").exists()


def test_the_bundle_of_another_study_is_refused(
    ti2v_of_cast: Run, cast: Cast, world: World, tmp_path: Path
) -> None:
    cast.open_study("other-study", others=["cinemo"])
    shutil.copytree(world.bundle, tmp_path / "bundle")

    outcome = ti2v_of_cast("report", "other-study", "--output", tmp_path / "bundle")

    assert (outcome.code, "not an earlier report of other-study" in outcome.err) == (1, True)


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        ("nowhere", "This study does not exist, or you may not see it."),
        ("motif-study", "Study motif-study has no votes"),
    ],
)
def test_what_cannot_be_reported_leaves_nothing_behind(
    ti2v_of_cast: Run, cast: Cast, tmp_path: Path, study: str, sentence: str
) -> None:
    cast.open_study()

    outcome = ti2v_of_cast("report", study, "--output", tmp_path / "bundle")

    assert outcome.code == 1
    assert sentence in outcome.err
    assert not [path for path in tmp_path.iterdir() if "bundle" in path.name]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", size=64 * 1024) as folder:
        yield folder


def test_a_full_disk_is_reported_and_leaves_no_file(ti2v: Run, small_disk: Path) -> None:
    outcome = ti2v("report", "motif-study", "--output", small_disk / "bundle")

    assert outcome.code == 1
    assert "The disk is full, so the report was not written" in outcome.err
    assert list(small_disk.iterdir()) == []
