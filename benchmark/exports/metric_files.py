"""Writes metric tables: Markdown and LaTeX contain means, CSV contains clip scores, JSON contains both."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

from benchmark.exports.markup import latex_text, markdown_text
from benchmark.metrics.metric import Direction, Metric
from benchmark.metrics.table import MetricTable

_ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NONE: ""}
_LATEX_ARROWS = {Direction.HIGHER: r" $\uparrow$", Direction.LOWER: r" $\downarrow$", Direction.NONE: ""}


class MetricFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"


def metric_table_bytes(table: MetricTable, name: str, file_format: MetricFormat) -> bytes:
    """Return a table of metric scores as the bytes of a file.

    Args:
        name: the label of the row of means, such as the model's name.
    """
    return _WRITERS[file_format](table, name).encode()


def _csv(table: MetricTable, _name: str) -> str:
    out = io.StringIO()
    names = [metric.name for metric in table.metrics]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["pair", "scenario", "seed", *names])
    for clip in table.clips:
        writer.writerow([clip.pair, clip.scenario, clip.seed, *(clip.values.get(each, "") for each in names)])
    return out.getvalue()


def _json(table: MetricTable, name: str) -> str:
    document = {
        "suite": table.suite,
        "name": name,
        "settings": dict(table.settings),
        "partial": table.is_partial,
        "pairs": {"scored": len({clip.pair for clip in table.clips}), "expected": table.expected_pairs},
        "means": {metric.name: _summary(table, metric) for metric in table.metrics},
        "not_computed": sorted(table.not_computed),
        "totals": {total.metric.name: total.value for total in table.totals},
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
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(table: MetricTable, metric: Metric) -> Mapping[str, object]:
    summary = table.summary(metric.name)
    return {
        "mean": summary.mean,
        "seed_sd": summary.seed_sd,
        "pairs": summary.pairs,
        "direction": metric.direction.value,
    }


def _markdown(table: MetricTable, name: str) -> str:
    titles = [f"{metric.title} {_ARROWS[metric.direction]}".strip() for metric in _columns(table)]
    lines = [
        "| | " + " | ".join(titles) + " |",
        "|---|" + "---:|" * len(titles),
        f"| {markdown_text(name)} | " + " | ".join(_cells(table)) + " |",
    ]
    return "\n".join(lines) + "\n\n" + markdown_text(note(table)) + "\n"


def _latex(table: MetricTable, name: str) -> str:
    titles = [latex_text(metric.title) + _LATEX_ARROWS[metric.direction] for metric in _columns(table)]
    cells = [cell.replace("±", r"$\pm$").replace("–", "--") for cell in _cells(table)]
    lines = [
        f"% {note(table)}",
        r"\begin{tabular}{l" + "r" * len(titles) + "}",
        r"\toprule",
        " & " + " & ".join(titles) + r" \\",
        r"\midrule",
        latex_text(name) + " & " + " & ".join(cells) + r" \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def note(table: MetricTable) -> str:
    """Return one line with the suite, the number of scored pairs, and the settings of the scores."""
    scored = len({clip.pair for clip in table.clips})
    state = f"PARTIAL: {scored} of {table.expected_pairs} pairs" if table.is_partial else f"{scored} pairs"
    settings = ", ".join(f"{name} {value}" for name, value in table.settings.items())
    kind = "VBench-style, computed here" if table.suite.startswith("vbench") else "computed here"
    return f"Suite {table.suite}, {kind}. {state}. {settings}.{_gaps(table)}"


def _gaps(table: MetricTable) -> str:
    """Return a sentence that lists the omitted metrics, and one per metric without scores of some clips."""
    left_out = f" Not computed: {', '.join(sorted(table.not_computed))}." if table.not_computed else ""
    refused = Counter(name for clip in table.clips for name in clip.refused if name not in table.not_computed)
    lacking = "".join(
        f" {name}: {count} of {len(table.clips)} clips without a score."
        for name, count in sorted(refused.items())
    )
    return left_out + lacking


def _columns(table: MetricTable) -> list[Metric]:
    return [*table.metrics, *(total.metric for total in table.totals)]


def _cells(table: MetricTable) -> list[str]:
    return [
        *(_cell(table, metric) for metric in table.metrics),
        *(_number(total.value, total.metric) for total in table.totals),
    ]


def _cell(table: MetricTable, metric: Metric) -> str:
    summary = table.summary(metric.name)
    text = _number(summary.mean, metric)
    return text if summary.seed_sd is None else f"{text} ± {_number(summary.seed_sd, metric)}"


def _number(value: float | None, metric: Metric) -> str:
    if value is None:
        return "–"
    return f"{value * 100 if metric.percent else value:.{metric.digits}f}"


_WRITERS: Mapping[MetricFormat, Callable[[MetricTable, str], str]] = {
    MetricFormat.CSV: _csv,
    MetricFormat.JSON: _json,
    MetricFormat.MARKDOWN: _markdown,
    MetricFormat.LATEX: _latex,
}
