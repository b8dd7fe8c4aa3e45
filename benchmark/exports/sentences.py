"""What a table shows, in plain words: said beside it on the command line and in reports."""

from collections.abc import Iterable, Sequence

from benchmark.protocol import TableName
from benchmark.stats.agreement_table import CHOICE, AgreementRow, agreement_sentence
from benchmark.stats.conclusions import conclusion, justification_conclusion, paired_conclusion, panel_warning
from benchmark.stats.justifications import JustificationRow
from benchmark.stats.leaderboard import LeaderboardRow, leaderboard_sentence
from benchmark.stats.paired import PairedRow
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.sensitivity import SensitivityRow, sensitivity_sentence
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup


def table_sentences(
    table: TableName, rows: Iterable[object], tallies: Tallies, matchups: Sequence[Matchup]
) -> list[str]:
    """Return a sentence per row that concludes something, and a warning where panels differ.

    Args:
        table: which table the rows are of; comparisons and votes conclude nothing by themselves.
        rows: its rows.
        tallies, matchups: what it was computed from.
    """
    match table:
        case TableName.PREFERENCES:
            said = [conclusion(row) for row in rows if isinstance(row, PreferenceRow)]
        case TableName.JUSTIFICATIONS:
            said = [justification_conclusion(row) for row in rows if isinstance(row, JustificationRow)]
        case TableName.AGREEMENT:
            said = [
                f"{row.matchup}: {agreement_sentence(row)}"
                for row in rows
                if isinstance(row, AgreementRow) and row.question == CHOICE
            ]
        case TableName.LEADERBOARD:
            said = [leaderboard_sentence([row for row in rows if isinstance(row, LeaderboardRow)])]
        case TableName.SENSITIVITY:
            said = [
                f"{row.matchup}: {sensitivity_sentence(row)}"
                for row in rows
                if isinstance(row, SensitivityRow)
            ]
        case TableName.PAIRED:
            said = [paired_conclusion(row) for row in rows if isinstance(row, PairedRow)]
        case _:
            said = []
    warning = panel_warning(tallies, matchups)
    return [*said, warning] if warning else said
