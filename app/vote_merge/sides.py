"""Recognises the sides of a reported study by the sha256 of their clips.

The names of models are not compared. Two servers may use different names for one model, or the same name for
two models.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.sides import matchup_sides
from app.tables.bench import Pair
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip
from benchmark.plurals import counted
from benchmark.report.reader import Clips, ReportedMatchup, StudyReport

SideSeed = tuple[str, int]


@dataclass(frozen=True)
class OwnSide:
    """A submission that the study on this server compares; `clips` has the sha256 of each pair's clip."""

    submission_id: int
    seed: int
    name: str
    clips: Clips


def own_sides(session: Session, study: Study) -> list[OwnSide]:
    """Return the sides of the study's matchups, without gold questions, sorted by name and seed."""
    names = {each.id: (each.reference, each.other) for each in matchup_sides(session, study)}
    matchups = session.scalars(select(Matchup).where(Matchup.id.in_(names)))
    found = {
        side
        for each in matchups
        for side in (
            (names[each.id][0], each.reference_seed, each.reference_id),
            (names[each.id][1], each.other_seed, each.other_id),
        )
    }
    return [OwnSide(id, seed, name, _clips(session, id, seed)) for name, seed, id in sorted(found)]


def match_sides(own: Sequence[OwnSide], report: StudyReport) -> Mapping[SideSeed, OwnSide]:
    """For each side of the report's matchups, find the side on this server that has the same clips.

    Raises:
        Invalid: a side of the report has clips that no side of this study has; `problems` lists all such
            sides.
    """
    matched, problems = {}, []
    sides = {side for _, first, second in _reported_matchups(report) for side in (first, second)}
    for side in sorted(sides):
        clips = report.clips.get(side, {})
        same = [each for each in own if clips and clips.items() <= each.clips.items()]
        if same:
            # Two submissions can have the same clips; then the name decides.
            matched[side] = min(same, key=lambda each: (each.name != side[0], each.name))
        else:
            problems.append(_difference(side, clips, own))
    problems += [
        f"{each.matchup}: both sides have the clips of {matched[first].name}."
        for each, first, second in _reported_matchups(report)
        if first in matched and second in matched and matched[first] == matched[second]
    ]
    if problems:
        raise Invalid(
            "The report compares clips that this study does not compare; nothing was merged. Merge reports "
            "of the same clips.",
            problems=problems,
        )
    return matched


def _reported_matchups(report: StudyReport) -> Iterator[tuple[ReportedMatchup, SideSeed, SideSeed]]:
    for each in report.protocol.matchups:
        if not each.gold:
            yield each, (each.reference, each.reference_seed), (each.other, each.other_seed)


def _difference(side: SideSeed, clips: Clips, own: Sequence[OwnSide]) -> str:
    name = side[0]
    namesake = next((each for each in own if each.name == name), None)
    if not clips:
        return f"{name}: the report lists no clips of this side."
    if namesake is None:
        return f"{name}: no side of this study has these {counted(len(clips), 'clip')}."
    wrong = [pair for pair, sha256 in sorted(clips.items()) if namesake.clips.get(pair) != sha256]
    examples = ", ".join(wrong[:3]) + (", …" if len(wrong) > 3 else "")
    return f"{name}: {counted(len(wrong), 'clip')} of {len(clips)} differ, such as {examples}."


def _clips(session: Session, submission_id: int, seed: int) -> dict[str, str]:
    rows = session.execute(
        select(Pair.name, Clip.sha256)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == submission_id, Clip.seed == seed)
    )
    return {row.name: row.sha256 for row in rows}
