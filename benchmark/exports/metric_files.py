"""Writes metric tables: Markdown and LaTeX contain means, CSV contains clip scores, JSON contains both."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.exports.markup import latex_text, markdown_text
from benchmark.metrics.metric import Metric
from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import NO_SCORE, ClipScores, MetricTable
from benchmark.metrics.vectors import MetricInputError
from benchmark.protocol import Direction, MetricFormat
from benchmark.tables.csv_text import csv_text
from benchmark.wire.metrics import MetricTableResponse

ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NONE: ""}
EMPTY_SCORE = "–"
_LATEX_ARROWS = {Direction.HIGHER: r" $\uparrow$", Direction.LOWER: r" $\downarrow$", Direction.NONE: ""}


@dataclass(frozen=True)
class NamedTable:
    """The scores of one submission and the label of the submission's row, such as the model's name."""

    name: str
    table: MetricTable


def metric_tables_bytes(rows: Sequence[NamedTable], file_format: MetricFormat) -> bytes:
    """Return the bytes of a file with the scores of one suite for one or several submissions.

    Markdown and LaTeX contain one row per submission. A JSON file contains one document; for several
    submissions it contains a list of documents.

    Raises:
        MetricInputError: the scores are of different suites, or were computed with different settings.
    """
    for row in rows[1:]:
        if (row.table.suite, row.table.settings) != (rows[0].table.suite, rows[0].table.settings):
            raise MetricInputError(
                f"The scores of {row.name} and {rows[0].name} were computed with different settings. Compute "
                "both with the same settings and version."
            )
    return _WRITERS[file_format](rows).encode()


def metric_table_bytes(table: MetricTable, name: str, file_format: MetricFormat) -> bytes:
    """Return the scores of one submission as the bytes of a file; see `metric_tables_bytes`."""
    return metric_tables_bytes([NamedTable(name, table)], file_format)


def _csv(rows: Sequence[NamedTable]) -> str:
    names = [metric.name for metric in rows[0].table.metrics]
    lines: list[list[object]] = [["model", "partial", "pair", "scenario", "seed", *names]]
    for row in rows:
        partial = str(row.table.is_partial).lower()
        for clip in row.table.clips:
            values = (clip.values.get(name, "") for name in names)
            lines.append([row.name, partial, clip.pair, clip.scenario, clip.seed, *values])
    return csv_text(lines)


def _json(rows: Sequence[NamedTable]) -> str:
    documents = [metric_document(row.table, row.name) for row in rows]
    content = documents[0] if len(documents) == 1 else documents
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def metric_document(table: MetricTable, name: str) -> dict[str, object]:
    """Return a table as a JSON document; `name` is the side's name in the votes table."""
    return {
        "suite": table.suite,
        "name": name,
        "settings": dict(table.settings),
        "partial": table.is_partial,
        "missing_clips": table.missing_clips,
        "pairs": {"scored": len({clip.pair for clip in table.clips}), "expected": table.expected_pairs},
        "means": {metric.name: _summary(table, metric) for metric in table.metrics},
        "not_computed": sorted(table.not_computed),
        "totals": {total.metric.name: total.value for total in table.totals},
        "total_seed_sds": {total.metric.name: total.seed_sd for total in table.totals},
        "clips": [
            {
                "pair": clip.pair,
                "scenario": clip.scenario,
                "seed": clip.seed,
                "values": dict(clip.values),
                "refused": dict(clip.refused),
                "clip": dict(clip.facts),
            }
            for clip in table.clips
        ],
    }


def named_table(scores: MetricTableResponse) -> NamedTable:
    """Return the table that a server sent as a document."""
    suite = SUITES[scores.suite]
    table = MetricTable(
        suite=scores.suite.value,
        settings=scores.settings,
        metrics=suite.metrics,
        clips=tuple(
            ClipScores(clip.pair, clip.scenario, clip.seed, clip.values, clip.refused, clip.clip)
            for clip in scores.clips
        ),
        expected_pairs=scores.pairs.expected,
        not_computed=dict.fromkeys(scores.not_computed, NO_SCORE),
        missing_clips=scores.missing_clips,
    )
    return NamedTable(scores.name, replace(table, totals=suite_totals(table, suite.totals)))


def _summary(table: MetricTable, metric: Metric) -> Mapping[str, object]:
    summary = table.summary(metric.name)
    return {
        "mean": summary.mean,
        "seed_sd": summary.seed_sd,
        "pairs": summary.pairs,
        "direction": metric.direction.value,
    }


def _markdown(rows: Sequence[NamedTable]) -> str:
    titles = [
        f"{metric.title} {ARROWS[metric.direction]}".strip() for metric in metric_columns(rows[0].table)
    ]
    lines = ["| | " + " | ".join(titles) + " |", "|---|" + "---:|" * len(titles)]
    lines += [f"| {markdown_text(_label(row))} | {' | '.join(metric_cells(row.table))} |" for row in rows]
    return "\n".join(lines) + "\n\n" + markdown_text(note(rows)) + "\n"


def _latex(rows: Sequence[NamedTable]) -> str:
    titles = [
        latex_text(metric.title) + _LATEX_ARROWS[metric.direction] for metric in metric_columns(rows[0].table)
    ]
    lines = [
        f"% {note(rows)}",
        r"\begin{tabular}{l" + "r" * len(titles) + "}",
        r"\toprule",
        " & " + " & ".join(titles) + r" \\",
        r"\midrule",
        *map(_latex_row, rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _latex_row(row: NamedTable) -> str:
    cells = [cell.replace("±", r"$\pm$").replace("–", "--") for cell in metric_cells(row.table)]
    # The previous line ends in \\; LaTeX would parse a bracket or an asterisk here as an argument of \\.
    return "{}" + " & ".join([latex_text(_label(row)), *cells]) + r" \\"


def _label(row: NamedTable) -> str:
    return f"{row.name} (partial)" if row.table.is_partial else row.name


def note(rows: Sequence[NamedTable]) -> str:
    """Return one line with the suite, the number of scored pairs, and the settings of the scores."""
    first = rows[0].table
    kind = "VBench-style, computed here" if first.suite.startswith("vbench") else "computed here"
    settings = ", ".join(f"{name} {value}" for name, value in first.settings.items())
    states = [f"{_state(row.table)}.{_gaps(row.table)}" for row in rows]
    if len(set(states)) == 1:
        state = states[0]
    else:
        state = " ".join(f"{row.name}: {text}" for row, text in zip(rows, states, strict=True))
    spread = " ±: standard deviation over seeds." if any(_has_spread(row.table) for row in rows) else ""
    return f"Suite {first.suite}, {kind}. {state} Settings: {settings}.{spread}"


def _state(table: MetricTable) -> str:
    scored = len({clip.pair for clip in table.clips})
    state = f"PARTIAL: {scored} of {table.expected_pairs} pairs" if table.is_partial else f"{scored} pairs"
    if table.missing_clips:
        state += f", {table.missing_clips} of {table.missing_clips + len(table.clips)} clips not measured"
    return state


def _has_spread(table: MetricTable) -> bool:
    return any(table.summary(metric.name).seed_sd is not None for metric in table.metrics)


def _gaps(table: MetricTable) -> str:
    """Return sentences about omitted metrics, and about metrics for which some clips have no score."""
    left_out = f" Not computed: {', '.join(sorted(table.not_computed))}." if table.not_computed else ""
    refused = Counter(name for clip in table.clips for name in clip.refused if name not in table.not_computed)
    lacking = "".join(
        f" {name}: {count} of {len(table.clips)} clips without a score."
        for name, count in sorted(refused.items())
    )
    return left_out + lacking


def metric_columns(table: MetricTable) -> list[Metric]:
    """Return the metrics of all columns: first the metrics of the suite, then the total scores."""
    return [*table.metrics, *(total.metric for total in table.totals)]


def metric_cells(table: MetricTable) -> list[str]:
    """Return each column's mean as printed text, with the standard deviation over seeds: `12.3 ± 0.4`."""
    summaries = [(table.summary(metric.name), metric) for metric in table.metrics]
    return [
        *(_cell(summary.mean, summary.seed_sd, metric) for summary, metric in summaries),
        *(_cell(total.value, total.seed_sd, total.metric) for total in table.totals),
    ]


def _cell(value: float | None, seed_sd: float | None, metric: Metric) -> str:
    text = printed_score(value, metric)
    return text if seed_sd is None else f"{text} ± {printed_score(seed_sd, metric)}"


def printed_score(value: float | None, metric: Metric) -> str:
    """Return a score with the metric's decimals; a dash if there is no score."""
    if value is None:
        return EMPTY_SCORE
    return f"{value * 100 if metric.percent else value:.{metric.digits}f}"


_WRITERS: Mapping[MetricFormat, Callable[[Sequence[NamedTable]], str]] = {
    MetricFormat.CSV: _csv,
    MetricFormat.JSON: _json,
    MetricFormat.MARKDOWN: _markdown,
    MetricFormat.LATEX: _latex,
}
