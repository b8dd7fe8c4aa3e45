"""Writes sentences that interpret a table, for the command line and reports."""

from collections.abc import Iterable, Sequence

from benchmark.protocol import StudyKind, TableName
from benchmark.stats.agreement_table import CHOICE, AgreementRow, agreement_sentence
from benchmark.stats.conclusions import (
    conclusion,
    justification_conclusion,
    paired_conclusion,
    panel_warning,
    sensitivity_sentence,
)
from benchmark.stats.justifications import JustificationRow
from benchmark.stats.leaderboard import LeaderboardRow, leaderboard_sentence
from benchmark.stats.paired import PairedRow
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.sensitivity import SensitivityRow
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup


def table_sentences(
    table: TableName,
    rows: Iterable[object],
    tallies: Tallies,
    matchups: Sequence[Matchup],
    *,
    kind: StudyKind = StudyKind.HUMAN,
) -> list[str]:
    """Return one sentence per row, and a warning if comparisons have different numbers of votes.

    Args:
        table: the name of the table. For the tables `comparisons`, `breakdowns` and `votes`, the list is
            empty.
        rows: the rows of the table.
        tallies, matchups: the data that the rows were computed from.
        kind: the source of the votes.
    """
    match table:
        case TableName.PREFERENCES:
            sentences = [conclusion(row, kind) for row in rows if isinstance(row, PreferenceRow)]
        case TableName.JUSTIFICATIONS:
            sentences = [
                justification_conclusion(row, kind) for row in rows if isinstance(row, JustificationRow)
            ]
        case TableName.AGREEMENT:
            sentences = [
                f"{row.matchup}: {agreement_sentence(row)}"
                for row in rows
                if isinstance(row, AgreementRow) and row.question == CHOICE
            ]
        case TableName.LEADERBOARD:
            sentences = [leaderboard_sentence([row for row in rows if isinstance(row, LeaderboardRow)])]
        case TableName.SENSITIVITY:
            sentences = [
                f"{row.matchup}: {sensitivity_sentence(row)}"
                for row in rows
                if isinstance(row, SensitivityRow)
            ]
        case TableName.PAIRED:
            sentences = [paired_conclusion(row) for row in rows if isinstance(row, PairedRow)]
        case _:
            sentences = []
    warning = panel_warning(tallies, matchups)
    return [*sentences, warning] if warning else sentences
