"""Checks the matchups of a new study, and chooses the seed of the clips that each side shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.submissions.names import submission_id
from app.tables.bench import Benchmark
from app.tables.submissions import Clip, Submission
from benchmark.plurals import counted
from benchmark.protocol import RenditionRecipe, SubmissionStatus
from benchmark.wire.drafts import MatchupRequest


@dataclass(frozen=True)
class CheckedMatchup:
    """The columns of a matchup whose values follow from its two sides."""

    reference_id: int
    reference_seed: int
    other_id: int
    other_seed: int
    renditions: RenditionRecipe | None = None


def check_matchups(
    session: Session, wanted: Sequence[MatchupRequest], *, benchmark: Benchmark, principal: Principal
) -> list[CheckedMatchup]:
    """Return the checked matchups, with the submission id and seed of each side.

    Raises:
        Invalid: a submission is unknown, is not final, belongs to another benchmark, or has no clip with the
            seed. Invalid is also raised if a matchup compares a side with itself, or if two matchups are
            equal. `problems` lists all errors.
        Conflict: a name matches several submissions (`ambiguous_name`).
    """
    wanted = _with_ids(session, wanted, benchmark=benchmark, principal=principal)
    known = _submissions(session, wanted, principal)
    seeds = _seeds(session, known)
    problems = _problems(wanted, known, seeds, benchmark)
    if problems:
        raise Invalid(
            f"{counted(len(problems), 'problem')} with the matchups: {problems[0]}",
            code="bad_matchups",
            problems=problems,
        )

    def seed_of(name: str, seed: int | None) -> int:
        return seeds[known[name].id][0] if seed is None else seed

    return [
        CheckedMatchup(
            reference_id=known[each.reference].id,
            reference_seed=seed_of(each.reference, each.reference_seed),
            other_id=known[each.other].id,
            other_seed=seed_of(each.other, each.other_seed),
            renditions=each.renditions,
        )
        for each in wanted
    ]


def _with_ids(
    session: Session, wanted: Sequence[MatchupRequest], *, benchmark: Benchmark, principal: Principal
) -> list[MatchupRequest]:
    """Replace the names of submissions by ids.

    A name that matches no submission stays unchanged; a later check reports the unknown name.
    """
    ids: dict[str, str] = {}
    for name in {name for matchup in wanted for name, _ in _sides(matchup)}:
        try:
            ids[name] = submission_id(session, name, principal=principal, benchmark=benchmark)
        except NotFound:
            ids[name] = name
    return [
        each.model_copy(update={"reference": ids[each.reference], "other": ids[each.other]})
        for each in wanted
    ]


def _sides(matchup: MatchupRequest) -> tuple[tuple[str, int | None], tuple[str, int | None]]:
    """Return the submission and the seed of each side."""
    return (matchup.reference, matchup.reference_seed), (matchup.other, matchup.other_seed)


def _submissions(
    session: Session, wanted: Sequence[MatchupRequest], principal: Principal
) -> dict[str, Submission]:
    """Return the submissions that this person may see."""
    asked = {name for matchup in wanted for name, _ in _sides(matchup)}
    query = select(Submission).where(Submission.public_id.in_(asked), sees_submission(principal))
    return {row.public_id: row for row in session.scalars(query)}


def _seeds(session: Session, known: Mapping[str, Submission]) -> dict[int, list[int]]:
    """Return the seeds of each submission's clips in ascending order."""
    ids = [each.id for each in known.values()]
    seeds: dict[int, list[int]] = {id: [] for id in ids}
    query = (
        select(Clip.submission_id, Clip.seed)
        .where(Clip.submission_id.in_(ids))
        .distinct()
        .order_by(Clip.submission_id, Clip.seed)
    )
    for used_id, seed in session.execute(query):
        seeds[used_id].append(seed)
    return seeds


def _problems(
    wanted: Sequence[MatchupRequest],
    known: Mapping[str, Submission],
    seeds: Mapping[int, Sequence[int]],
    benchmark: Benchmark,
) -> list[str]:
    problems = [] if wanted else ["the study has no matchup; name at least one"]
    seen: set[frozenset[str]] = set()
    for number, matchup in enumerate(wanted, start=1):
        names = [name for name, _ in _sides(matchup)]
        for name, seed in _sides(matchup):
            problem = _problem_of_side(known.get(name), seed, seeds, benchmark)
            if problem:
                problems.append(f"matchup {number}: {problem}")
        if len(set(names)) == 1:
            problems.append(f"matchup {number}: both sides are the same submission")
        if frozenset(names) in seen:
            problems.append(f"matchup {number}: an earlier matchup compares the same two submissions")
        seen.add(frozenset(names))
    return problems


def _problem_of_side(
    submission: Submission | None,
    seed: int | None,
    seeds: Mapping[int, Sequence[int]],
    benchmark: Benchmark,
) -> str | None:
    if submission is None:
        return "there is no submission with this id or name that you may see on this benchmark"
    if submission.benchmark_id != benchmark.id:
        return (
            f"submission {submission.public_id} is for another benchmark or another version of the benchmark"
        )
    if submission.status is not SubmissionStatus.FINAL:
        return f"submission {submission.public_id} is {submission.status}, not final"
    if seed is not None and seed not in seeds[submission.id]:
        return f"submission {submission.public_id} has no clip of the seed that the matchup names"
    return None
