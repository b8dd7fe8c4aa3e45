"""Finds the pair and the seed of each file that a person wants to upload, from the file's name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.submissions.conversion import source_sha256
from app.tables.bench import Pair
from app.tables.submissions import Clip, Submission
from benchmark.clip_names import read_file_names
from benchmark.conversion.unused_files import is_convertible_name, why_name_unused

# `_Place` is a pair and a seed. `_Stored` has the sha256 of the stored clip, and the sha256 of the uploaded
# file that the server converted.
_Place = tuple[str, int]
_Stored = tuple[str | None, str | None]


@dataclass(frozen=True)
class FileMatch:
    """A file and its clip.

    `sha256` is the hash of the stored clip; None if no clip is stored. `source_sha256` is the hash of the
    uploaded file that the server converted; None if no file was converted. `must_convert` is true if the
    file's name shows that the file is not an MP4.
    """

    file: str
    pair_id: str
    seed: int
    prompt: str
    sha256: str | None
    source_sha256: str | None
    must_convert: bool


@dataclass(frozen=True)
class FileMatches:
    """The matched files in the benchmark's order, a sentence for each problem, and the unused files.

    If several files match the same pair and seed, `choices` lists these files, and a person chooses one file.
    """

    files: tuple[FileMatch, ...]
    choices: tuple[tuple[FileMatch, ...], ...]
    problems: tuple[str, ...]
    unused: tuple[str, ...]


def match_files(session: Session, submission: Submission, names: Sequence[str]) -> FileMatches:
    """Find the pair and seed of each file name, with the rules of `ti2v submit`."""
    pairs = session.execute(
        select(Pair.name, Pair.prompt)
        .where(Pair.benchmark_id == submission.benchmark_id)
        .order_by(Pair.position)
    ).all()
    reasons = {
        name: None if is_convertible_name(name) else why_name_unused(name) for name in dict.fromkeys(names)
    }
    read = read_file_names(
        [name for name, reason in reasons.items() if reason is None], [pair.name for pair in pairs]
    )
    files_of: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for name, clip in read.named.items():
        files_of[clip.pair_id, clip.seed or 0].append(name)
    stored = _stored(session, submission)
    seeds = sorted({seed for _, seed in files_of})
    matched = [
        tuple(_match(file, pair.name, seed, pair.prompt, stored) for file in files_of[pair.name, seed])
        for seed in seeds
        for pair in pairs
        if (pair.name, seed) in files_of
    ]
    return FileMatches(
        files=tuple(files[0] for files in matched if len(files) == 1),
        choices=tuple(files for files in matched if len(files) > 1),
        problems=tuple(read.problems),
        unused=tuple(f"{name}: {reason}" for name, reason in reasons.items() if reason is not None),
    )


def _match(file: str, pair: str, seed: int, prompt: str, stored: Mapping[_Place, _Stored]) -> FileMatch:
    sha256, source = stored.get((pair, seed), (None, None))
    return FileMatch(file, pair, seed, prompt, sha256, source, must_convert=is_convertible_name(file))


def _stored(session: Session, submission: Submission) -> dict[_Place, _Stored]:
    rows = session.execute(
        select(Pair.name, Clip.seed, Clip.sha256, Clip.provenance)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == submission.id)
    )
    return {(row.name, row.seed): (row.sha256, source_sha256(row.provenance)) for row in rows}
