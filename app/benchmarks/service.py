"""Stores benchmarks as numbered versions that never change, and finds stored versions."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.benchmarks.images import StoredImage
from app.errors import Conflict, Invalid, NotFound
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.visibility import sees_benchmark
from app.tables.bench import Benchmark, Pair
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec
from benchmark.protocol import Visibility
from benchmark.wire.text import is_one_line

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def import_benchmark(
    session: Session,
    *,
    source: BenchmarkSource,
    images: Mapping[str, StoredImage],
    slug: str,
    title: str,
    now: datetime,
    actor: str,
    owner_id: int | None = None,
) -> Benchmark:
    """Store a benchmark as the next version of `slug`.

    If the newest version has the same content, nothing changes.

    Args:
        images: the stored images of `source`, see `app.benchmarks.images.store_images`.
        actor: the person who imports the benchmark, for the audit log.
        owner_id: the owner of a new benchmark, which is private until it is shared. `owner_id` is None for a
            public benchmark without an owner. `owner_id` is also None for a new version of an existing
            benchmark, because the benchmark keeps its owner.

    Raises:
        Invalid: the slug is malformed; or the title, origin or licence is too long or has several lines.
        Conflict: earlier versions have another owner, or another request is importing the same slug.
    """
    if not SLUG.fullmatch(slug):
        raise Invalid("A slug has at most 64 lower-case letters, digits, '.', '_' and '-'.", code="bad_slug")
    _refuse_what_no_column_holds(title, source)
    newest = session.scalar(newest_version(slug))
    if newest is not None and owner_id not in (None, newest.owner_id):
        raise Conflict(f"Benchmark {slug} has another owner; choose another slug.", code="other_owner")
    content_hash = _content_hash(source.pairs, images)
    if newest is not None and newest.content_hash == content_hash:
        return newest
    benchmark = Benchmark(
        slug=slug,
        version=newest.version + 1 if newest else 1,
        title=title,
        source=source.source,
        licence=source.licence,
        content_hash=content_hash,
        visibility=newest.visibility if newest else _first_visibility(owner_id),
        owner_id=newest.owner_id if newest else owner_id,
        created_at=now,
    )
    session.add(benchmark)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"Somebody else is importing {slug} at this moment. Try again.") from error
    session.execute(insert(Pair), _pair_rows(benchmark, source.pairs, images))
    details = {"version": benchmark.version, "pairs": len(source.pairs), "source": source.source}
    record_event(session, actor, "benchmark.import", subject=slug, now=now, **details)
    return benchmark


def find_benchmark(
    session: Session, slug: str, version: int | None = None, *, principal: Principal | None
) -> Benchmark:
    """Return a benchmark. The person, or a visitor without a key, must be allowed to see the benchmark.

    Without a version, the newest version is returned.

    Raises:
        NotFound: the benchmark or version does not exist, or the person may not see it.
    """
    query = newest_version(slug).where(sees_benchmark(principal))
    found = session.scalar(query if version is None else query.where(Benchmark.version == version))
    if found is None:
        raise NotFound("There is no such benchmark.", code="unknown_benchmark")
    return found


def newest_benchmarks(session: Session, *, principal: Principal | None) -> Sequence[Benchmark]:
    """Return the newest version of every benchmark that the person or visitor may see, ordered by slug."""
    return session.scalars(newest_versions(principal)).all()


def newest_versions(principal: Principal | None) -> Select[Benchmark]:
    """Return the query of `newest_benchmarks`."""
    newest = select(Benchmark.slug, func.max(Benchmark.version).label("version")).group_by(Benchmark.slug)
    wanted = newest.subquery()
    return (
        select(Benchmark)
        .join(wanted, (Benchmark.slug == wanted.c.slug) & (Benchmark.version == wanted.c.version))
        .where(sees_benchmark(principal))
        .order_by(Benchmark.slug)
    )


def _first_visibility(owner_id: int | None) -> Visibility:
    return Visibility.PUBLIC if owner_id is None else Visibility.PRIVATE


def _refuse_what_no_column_holds(title: str, source: BenchmarkSource) -> None:
    told = (("title", title, 200), ("origin", source.source, 400), ("licence", source.licence, 200))
    for field, text, most in told:
        if len(text) > most:
            raise Invalid(f"The benchmark's {field} has more than {most} characters.", code="too_long")
        if not is_one_line(text):
            raise Invalid(
                f"The benchmark's {field} must be one line without line breaks and control characters."
            )


def newest_version(slug: str) -> Select[Benchmark]:
    """Return the query for the newest version of a benchmark, without a check of visibility."""
    return select(Benchmark).where(Benchmark.slug == slug).order_by(Benchmark.version.desc()).limit(1)


def _tags(pair: PairSpec) -> dict[str, str]:
    known = {"style": pair.style, "hard_case": pair.hard_case}
    return {**pair.tags, **{name: value for name, value in known.items() if value}}


def _content_hash(pairs: Sequence[PairSpec], images: Mapping[str, StoredImage]) -> str:
    """Return the sha256 of the evaluated content: the pairs in order, and the bytes of the images."""
    content = [
        [pair.id, pair.image, pair.prompt, pair.scenario, _tags(pair), images[pair.image].original_sha256]
        for pair in pairs
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _pair_rows(
    benchmark: Benchmark, pairs: Sequence[PairSpec], images: Mapping[str, StoredImage]
) -> list[dict[str, object]]:
    return [
        {
            "benchmark_id": benchmark.id,
            "position": position,
            "name": pair.id,
            "prompt": pair.prompt,
            "scenario": pair.scenario,
            "image": pair.image,
            "image_key": images[pair.image].key,
            "image_type": images[pair.image].media_type,
            "tags": _tags(pair),
        }
        for position, pair in enumerate(pairs)
    ]
