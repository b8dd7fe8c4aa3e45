"""Writes sentences that interpret results.

Pages and reports show every result with a sentence that interprets the result.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from benchmark.protocol import StudyKind
from benchmark.stats.arrays import distinct
from benchmark.stats.breakdowns import BreakdownRow
from benchmark.stats.justifications import JustificationRow
from benchmark.stats.number_format import stated_p
from benchmark.stats.paired import PairedRow
from benchmark.stats.power import expected_score
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.sensitivity import SensitivityRow
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

SIGNIFICANCE = 0.05
EXAMPLE_SHARE = 0.6
# For each kind of study: the subject of a sentence about the study's votes.
VOTERS: Mapping[StudyKind, str] = MappingProxyType(
    {
        StudyKind.HUMAN: "People",
        StudyKind.IMPORTED: "People",
        StudyKind.AUTOMATIC: "The automatic judge",
    }
)


def conclusion(row: PreferenceRow, kind: StudyKind = StudyKind.HUMAN) -> str:
    """Return a sentence that interprets one row of the preferences table; `kind` is the study's kind."""
    if row.ti2v_score_reference is None:
        return "No pair is decided, so there is no score."
    share = f"{row.ti2v_score_reference} % of {row.pairs_decided} decided pairs"
    interval = f"95 % interval {row.ci_low} to {row.ci_high} %"
    if row.is_average:
        return f"On average over its matchups, {row.reference} won {share} ({interval})."
    if row.p_holm is None:
        return (
            f"Interim: {row.reference} has won {share} so far ({interval}). "
            "Tests are computed when the study is closed."
        )
    if row.p_holm < SIGNIFICANCE:
        winner, loser = _winner(row)
        return (
            f"{VOTERS[kind]} preferred {winner} to {loser}: {row.reference} won {share} ({interval}). "
            f"The difference is significant ({_corrected(row.p_holm)})."
        )
    return (
        f"Not significant after Holm correction: {row.reference} won {share} ({interval}, "
        f"{_corrected(row.p_holm)}). This does not prove equality; the interval shows which differences are "
        "still possible."
    )


def _winner(row: PreferenceRow) -> tuple[str, str]:
    ahead = (row.ti2v_score_reference_n or 0) > (row.ti2v_score_other_n or 0)
    other = row.other or ""
    return (row.reference, other) if ahead else (other, row.reference)


def _corrected(p_holm: float) -> str:
    return stated_p(p_holm, "Holm-corrected p")


def justification_conclusion(row: JustificationRow, kind: StudyKind = StudyKind.HUMAN) -> str:
    """Return a sentence that interprets one row of the justifications table; `kind` is the study's kind."""
    if row.rate_reference is None or row.rate_other is None:
        return "There are no votes, so there are no reasons."
    name = row.justification.replace("_", " ")
    if not row.ticked_reference and not row.ticked_other:
        return f"No vote for {row.reference} or for {row.other} gives {name} as a reason."
    rates = f"{row.rate_reference} % of votes for {row.reference}, {row.rate_other} % for {row.other}"
    if row.p_holm is None:
        return f"Interim: {name} was given with {rates}."
    if row.p_holm < SIGNIFICANCE:
        more = row.reference if row.ticked_reference > row.ticked_other else row.other
        return f"{VOTERS[kind]} gave {name} more often for {more} ({rates}; {_corrected(row.p_holm)})."
    return f"No significant difference in {name} ({rates}; {_corrected(row.p_holm)})."


def paired_conclusion(row: PairedRow) -> str:
    """Return a sentence that interprets McNemar's test of two matchups on the same pairs."""
    counts = (
        f"of {row.pairs} pairs decided in both, {row.reference} won {row.only_first} only against "
        f"{row.first_other} and {row.only_second} only against {row.second_other}"
    )
    if row.p_holm is None:
        return f"Interim: {counts}."
    if row.p_holm >= SIGNIFICANCE:
        return f"No significant difference between the two matchups: {counts} ({_corrected(row.p_holm)})."
    stronger = row.second_other if row.only_first > row.only_second else row.first_other
    return f"The stronger opponent was {stronger}: {counts} ({_corrected(row.p_holm)})."


def part_conclusion(row: BreakdownRow, part: str) -> str:
    """Return a sentence that interprets one row of the breakdowns table.

    `part` names the part of the benchmark.
    """
    if row.ti2v_score_reference is None or row.ci_low is None or row.ci_high is None:
        return f"No pair of {part} is decided against {row.other}, so there is no score."
    share = f"{row.reference} won {row.ti2v_score_reference} % of {row.pairs_decided} decided pairs"
    interval = f"95 % interval {row.ci_low} to {row.ci_high} %"
    if row.ci_low <= 50 <= row.ci_high:
        return f"Against {row.other}, {share} ({interval}): {part} alone shows no difference."
    return (
        f"Against {row.other}, {share} ({interval}). The interval excludes 50 %, but among many parts some "
        "intervals do so by chance."
    )


def panel_warning(tallies: Tallies, matchups: Sequence[Matchup]) -> str | None:
    """Return a warning if comparisons have different numbers of votes; otherwise None.

    A majority of five votes amplifies a difference in vote share more than a majority of three votes. Scores
    from panels of different sizes are therefore not comparable.
    """
    met = _panels_of_matchups(tallies)
    panels = {votes for _, votes in met}
    if len(panels) < 2:
        return None
    odd = sorted({panel if panel % 2 else panel - 1 for panel in panels if panel > 1} | ({1} & panels))
    small, large = odd[0], odd[-1]
    example = ""
    if small != large:
        shares = [100 * expected_score(EXAMPLE_SHARE, panel) for panel in (small, large)]
        example = (
            f" For example, a side with {100 * EXAMPLE_SHARE:.0f} % of the individual votes wins "
            f"{shares[0]:.1f} % of the pairs with {small} votes and {shares[1]:.1f} % with {large} votes."
        )
    apart = _matchups_apart(met, matchups)
    return (
        f"Comparisons have between {min(panels)} and {max(panels)} votes. The expected TI2V score depends on "
        f"the number of votes, so these scores are not comparable.{example}{apart}"
    )


def _panels_of_matchups(tallies: Tallies) -> set[tuple[int, int]]:
    """Return all distinct tuples (matchup index, votes per comparison), for comparisons with votes."""
    stride = int(tallies.votes.max(initial=0)) + 1
    met, _ = distinct(tallies.matchup * stride + tallies.votes)
    return {(at // stride, at % stride) for at in met.tolist() if at % stride}


def _matchups_apart(met: set[tuple[int, int]], matchups: Sequence[Matchup]) -> str:
    """Return a sentence that lists the matchups whose panel size differs from the first matchup's."""
    panels: list[set[int]] = [set() for _ in matchups]
    for at, votes in met:
        panels[at].add(votes)
    apart = [
        matchup.name for matchup, panel in zip(matchups, panels, strict=True) if panel and panel != panels[0]
    ]
    return f" Different from {matchups[0].name}: {', '.join(apart)}." if apart and panels[0] else ""


def sensitivity_sentence(row: SensitivityRow) -> str:
    """Return a sentence that interprets one row of the sensitivity table."""
    if row.lowest is None or row.highest is None or row.ti2v_score_reference is None:
        return f"All votes are from one {row.cluster}, so its influence cannot be measured."
    left_out = (
        f"If one {row.cluster} at a time is omitted, the score is between {row.lowest} % "
        f"(without {row.lowest_without}) and {row.highest} % (without {row.highest_without})"
    )
    turned = row.lowest <= 50 < row.ti2v_score_reference or row.highest >= 50 > row.ti2v_score_reference
    verdict = f"one {row.cluster} decides" if turned else f"no single {row.cluster} decides"
    sentence = f"{left_out}; {verdict} which side is ahead."
    if row.ci_low is None or row.ci_high is None:
        return sentence
    bootstrap = f"The cluster bootstrap over {row.cluster}s gives a 95 % interval of"
    return f"{sentence} {bootstrap} {row.ci_low} to {row.ci_high} %."
