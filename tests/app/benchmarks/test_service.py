"""Import of benchmarks into a real database and a real media store."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.images import store_images
from app.benchmarks.profile import OFFICIAL_SHAPE, benchmark_shape, differences_from_official
from app.benchmarks.service import find_benchmark, import_benchmark, newest_benchmarks
from app.context import AppContext
from app.database import Database
from app.errors import Invalid, NotFound
from app.media.images import ImageLimits
from app.media.sandbox import Sandbox
from app.media.store import MediaStore
from app.tables.bench import Benchmark, Pair
from benchmark.importers import images
from benchmark.importers.official import read_official

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROMPTS = ("the blue balloon dips", "a bird flies in")


@pytest.fixture
def database(either_installation: AppContext) -> Database:
    return either_installation.database


@pytest.fixture
def store(either_installation: AppContext) -> MediaStore:
    return either_installation.store


def release(
    tmp_path: Path, *, prompts: tuple[str, ...] = PROMPTS, shade: int = 90, form: str = "jpg"
) -> Path:
    """Write a benchmark's folder with one image, balloon1, and a row for each prompt."""
    folder = tmp_path / "release"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    Image.new("RGB", (32, 24), (shade, 120, 10)).save(folder / f"balloon1.{form}")
    rows = [f"balloon1.{form},{prompt},sketch" for prompt in prompts]
    (folder / "prompt.csv").write_text("\n".join(["image,prompt,style", *rows]))
    return folder


def imported(
    session: Session, folder: Path, *, store: MediaStore, sandbox: Sandbox, slug: str = "balloons"
) -> Benchmark:
    source = read_official(folder)
    images = store_images(source, store=store, sandbox=sandbox)
    return import_benchmark(
        session, source=source, images=images, slug=slug, title="Balloons", now=NOW, actor="ada"
    )


def test_an_import_keeps_pairs_in_order_and_images_in_the_store(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    with database.write() as session:
        benchmark = imported(session, release(tmp_path), store=store, sandbox=sandbox)
        pairs = session.scalars(select(Pair).order_by(Pair.position)).all()

    assert (benchmark.slug, benchmark.version, benchmark.source) == ("balloons", 1, "folder release")
    assert [(pair.name, pair.scenario, pair.tags) for pair in pairs] == [
        ("balloon1_the_blue_balloon_dips", "balloon", {"style": "sketch"}),
        ("balloon1_a_bird_flies_in", "balloon", {"style": "sketch"}),
    ]
    assert store.size(pairs[0].image_key) > 0
    assert pairs[0].image_type == "image/jpeg"


def test_the_same_content_again_changes_nothing(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    with database.write() as session:
        first = imported(session, release(tmp_path), store=store, sandbox=sandbox)
    with database.write() as session:
        second = imported(session, release(tmp_path), store=store, sandbox=sandbox)
        assert second.id == first.id
        assert len(session.scalars(select(Pair)).all()) == 2


@pytest.mark.parametrize("change", [{"prompts": ("it rises",)}, {"shade": 91}, {"prompts": PROMPTS[::-1]}])
def test_changed_content_makes_the_next_version(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path, change: dict[str, object]
) -> None:
    with database.write() as session:
        imported(session, release(tmp_path), store=store, sandbox=sandbox)
        imported(session, release(tmp_path, **change), store=store, sandbox=sandbox)  # type: ignore[arg-type]

    with database.read() as session:
        assert find_benchmark(session, "balloons", principal=None).version == 2
        assert find_benchmark(session, "balloons", version=1, principal=None).version == 1
        assert [row.version for row in newest_benchmarks(session, principal=None)] == [2]


def test_an_image_browsers_do_not_show_is_stored_as_png(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    with database.write() as session:
        imported(session, release(tmp_path, form="tiff"), store=store, sandbox=sandbox)
        pair = session.scalars(select(Pair).limit(1)).one()

    stored = b"".join(store.read_range(pair.image_key, 0, store.size(pair.image_key)))
    assert pair.image_type == "image/png"
    with Image.open(io.BytesIO(stored)) as image:
        assert image.getpixel((3, 3)) == (90, 120, 10)


def test_a_slug_with_other_letters_is_refused(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    with database.write() as session, pytest.raises(Invalid, match="lower-case"):
        imported(session, release(tmp_path), store=store, sandbox=sandbox, slug="../Balloons")


def test_an_unknown_benchmark_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFound):
        find_benchmark(session, "balloons", principal=None)


def test_the_shape_counts_each_image_and_prompt_once(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    with database.write() as session:
        shape = benchmark_shape(session, imported(session, release(tmp_path), store=store, sandbox=sandbox))

    assert (shape.pairs, shape.images, shape.prompts, shape.scenarios) == (2, 1, 2, 1)
    assert shape.images_per_scenario == (1, 1)
    assert differences_from_official(shape)[0] == "2 pairs, TI2V Bench has 320"


def test_the_official_shape_differs_in_nothing_from_itself() -> None:
    assert differences_from_official(OFFICIAL_SHAPE) == []


def test_the_importer_refuses_every_image_that_the_store_would_refuse() -> None:
    limits = ImageLimits()

    assert limits.max_bytes >= images.MAX_IMAGE_BYTES
    assert limits.max_side >= images.MAX_IMAGE_SIDE
    assert limits.max_pixels >= images.MAX_IMAGE_PIXELS
    assert limits.min_side <= images.MIN_IMAGE_SIDE


@pytest.mark.parametrize(
    ("text", "said"), [("x" * 401, "has more than"), ("two\nlines", "must be one line without line breaks")]
)
@pytest.mark.parametrize("field", ["title", "origin", "licence"])
def test_what_cannot_be_kept_on_one_line_is_refused(
    database: Database, store: MediaStore, sandbox: Sandbox, tmp_path: Path, field: str, text: str, said: str
) -> None:
    told = {"origin": {"source": text}, "licence": {"licence": text}}.get(field, {})
    source = replace(read_official(release(tmp_path)), **told)
    images = store_images(source, store=store, sandbox=sandbox)
    title = text if field == "title" else "Balloons"

    with pytest.raises(Invalid, match=f"The benchmark's {field} {said}"), database.write() as session:
        import_benchmark(
            session, source=source, images=images, slug="balloons", title=title, now=NOW, actor="ada"
        )
