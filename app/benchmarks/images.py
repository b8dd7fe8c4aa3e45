"""Stores a benchmark's images in the media store; callers must hold no write transaction."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.media.images import ImageFacts, ImageRejected, clean_image
from app.media.sandbox import Sandbox
from app.media.store import MediaMissing, MediaStore, content_key
from app.tables.bench import Benchmark, Pair
from benchmark.importers.images import is_web_image, write_png
from benchmark.importers.source import BenchmarkSource


@dataclass(frozen=True)
class StoredImage:
    """An image in the media store. The stored file is a copy without metadata.

    Attributes:
        key: the copy's key in the store, derived from the sha256 of the copy.
        media_type: media type of the copy, such as `image/jpeg`.
        original_sha256: sha256 of the original file, to detect a changed benchmark.
    """

    key: str
    media_type: str
    original_sha256: str


def store_images(
    source: BenchmarkSource,
    *,
    store: MediaStore,
    sandbox: Sandbox,
    readable: Mapping[str, Path] | None = None,
    on_image: Callable[[], object] = lambda: None,
) -> Mapping[str, StoredImage]:
    """Store all images of a benchmark, and return the stored images, keyed by name.

    Images that are already in the store are not written again.

    Args:
        source: the benchmark whose images are stored.
        store: the media store that receives the images.
        sandbox: the sandbox that opens the files.
        readable: for each image, a file in a format that browsers show. By default, this function converts
            images that browsers cannot show. Pass `readable` for untrusted benchmarks: the default conversion
            opens the images outside the sandbox.
        on_image: called after each image, for a progress bar.

    Raises:
        Invalid: an image is refused. Images that were stored before the error stay in the store, but no
            database row refers to them.
        StoreFull, StoreUnavailable: the store cannot store an image.
    """
    stored = {}
    for name, path in source.images.items():
        shown = readable[name] if readable is not None else None
        stored[name] = _store(path, shown, store=store, sandbox=sandbox)
        on_image()
    return stored


def missing_images(session: Session, benchmark: Benchmark, *, store: MediaStore) -> list[str]:
    """Return the names of a benchmark's images that are missing in the store."""
    found = session.execute(
        select(Pair.image, Pair.image_key)
        .where(Pair.benchmark_id == benchmark.id)
        .distinct()
        .order_by(Pair.image)
    )
    return [image for image, key in found if not _is_stored(store, key)]


def _is_stored(store: MediaStore, key: str) -> bool:
    try:
        return store.size(key) > 0
    except MediaMissing:
        return False


def _store(path: Path, readable: Path | None, *, store: MediaStore, sandbox: Sandbox) -> StoredImage:
    with store.private_file() as converted, store.private_file() as cleaned:
        if readable is None:
            readable = path
            if not is_web_image(path):
                write_png(path, converted)
                readable = converted
        facts = _clean(readable, cleaned, sandbox=sandbox, called=path.name)
        key = content_key("images", _sha256(cleaned))
        store.put(key, cleaned)
    return StoredImage(key, facts.format.media_type, _sha256(path))


def _clean(path: Path, target: Path, *, sandbox: Sandbox, called: str) -> ImageFacts:
    try:
        return clean_image(path, target, sandbox=sandbox)
    except ImageRejected as refusal:
        raise Invalid(f"{called}: {refusal.message}", code="image_rejected") from refusal


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
