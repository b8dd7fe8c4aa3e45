"""Writes the agreement of metrics with people as CSV, JSON, Markdown or LaTeX."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from benchmark.exports.markup import latex_text, markdown_text
from benchmark.metrics.score_file import ScoreFile
from benchmark.protocol import MetricFormat
from benchmark.stats.breakdowns import Division
from benchmark.stats.number_format import printed_number, printed_p
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from benchmark.tables.csv_text import csv_text
from benchmark.votes.covariates import CovariateRow, CovariateTable, covariate_table
from benchmark.votes.metric_agreement import MetricAgreementRow, metric_agreement_rows

_EMPTY = "–"
_TITLES = (
    "Metric",
    "Pairs",
    "Agreement (%)",
    "95 % interval",
    "Spearman",
    "Kendall",
    "Same winner",
    "Prefers static (%)",
)
_COVARIATE_TITLES = ("Covariate", "Unit", "Odds ratio", "95 % interval", "p")


@dataclass(frozen=True)
class AgreementDocument:
    """The table rows of all metrics, the regression, and the settings of each suite's scores."""

    rows: Sequence[MetricAgreementRow]
    covariates: CovariateTable
    settings: Mapping[str, Mapping[str, str]]


def agreement_document(
    tallies: Tallies,
    matchups: Sequence[Matchup],
    files: Sequence[ScoreFile],
    *,
    by_scenario: bool,
    interim: bool = False,
) -> AgreementDocument:
    """Compare the metrics of score files with the votes; compute the regression only for closed studies.

    Raises:
        MetricInputError: two files have scores of the same side and suite, or were computed with different
            settings.
    """
    rows = list(metric_agreement_rows(tallies, matchups, files, by_scenario=by_scenario))
    if interim:
        covariates = CovariateTable((), ("The study is not closed, so there is no regression.",))
    else:
        covariates = covariate_table(tallies, matchups, files)
    return AgreementDocument(rows, covariates, {file.suite: file.settings for file in files})


def agreement_bytes(document: AgreementDocument, file_format: MetricFormat) -> bytes:
    """Return the agreement as the bytes of a file.

    CSV contains the metrics only; the other formats also contain the regression.
    """
    return _WRITERS[file_format](document).encode()


def _csv(document: AgreementDocument) -> str:
    names = [field.name for field in fields(MetricAgreementRow)]
    return csv_text([names, *(asdict(row).values() for row in document.rows)])


def _json(document: AgreementDocument) -> str:
    content = {
        "metrics": [asdict(row) for row in document.rows],
        "covariates": [asdict(row) for row in document.covariates.rows],
        "remarks": list(document.covariates.remarks),
        "settings": {suite: dict(settings) for suite, settings in document.settings.items()},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _markdown(document: AgreementDocument) -> str:
    tables = [_markdown_table(_TITLES, [_cells(row) for row in document.rows])]
    if document.covariates.rows:
        cells = [_covariate_cells(row) for row in document.covariates.rows]
        tables.append(_markdown_table(_COVARIATE_TITLES, cells))
    return "\n".join([*tables, *(markdown_text(line) + "\n" for line in _notes(document))])


def _markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)]]
    lines += [[markdown_text(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _latex(document: AgreementDocument) -> str:
    tables = [_latex_table(_TITLES, [_cells(row) for row in document.rows])]
    if document.covariates.rows:
        cells = [_covariate_cells(row) for row in document.covariates.rows]
        tables.append(_latex_table(_COVARIATE_TITLES, cells))
    return "\n".join([*(f"% {line}" for line in _notes(document)), *tables])


def _latex_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" & ".join(latex_text(cell).replace("–", "--") for cell in row) + r" \\" for row in rows]
    head = " & ".join(map(latex_text, titles)) + r" \\"
    begin = r"\begin{tabular}{l" + "r" * (len(titles) - 1) + "}"
    return "\n".join([begin, r"\toprule", head, r"\midrule", *lines, r"\bottomrule", r"\end{tabular}", ""])


def _cells(row: MetricAgreementRow) -> list[str]:
    name = f"{row.suite} {row.metric}"
    return [
        name if row.division is Division.WHOLE else f"{name} ({row.part})",
        str(row.comparisons),
        _number(row.accuracy, 1),
        _interval(row.ci_low, row.ci_high, 1),
        _number(row.spearman, 2),
        _number(row.kendall, 2),
        f"{row.same_winner} of {row.matchups}",
        _number(row.prefers_static, 1),
    ]


def _covariate_cells(row: CovariateRow) -> list[str]:
    return [
        row.covariate,
        row.unit,
        _number(row.odds_ratio, 2),
        _interval(row.ci_low, row.ci_high, 2),
        printed_p(row.p_value),
    ]


def _notes(document: AgreementDocument) -> list[str]:
    settings = [
        f"Suite {suite}, computed here with: " + ", ".join(map(" ".join, chosen.items())) + "."
        for suite, chosen in document.settings.items()
    ]
    return [
        "Agreement: share of decided comparisons in which the metric prefers the side that most votes chose.",
        "Same winner: number of matchups in which the metric prefers the winner's clips in more comparisons.",
        *document.covariates.remarks,
        *settings,
    ]


def _number(value: float | None, decimals: int) -> str:
    return _EMPTY if value is None else printed_number(value, decimals)


def _interval(low: float | None, high: float | None, decimals: int) -> str:
    return _EMPTY if low is None or high is None else f"[{low:.{decimals}f}, {high:.{decimals}f}]"


_WRITERS: Mapping[MetricFormat, Callable[[AgreementDocument], str]] = {
    MetricFormat.CSV: _csv,
    MetricFormat.JSON: _json,
    MetricFormat.MARKDOWN: _markdown,
    MetricFormat.LATEX: _latex,
}
