"""Writes the files of a report. Equal contents give equal bytes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmark.exports.csv_json import csv_chunks
from benchmark.exports.figures.kinds import CannotDraw, FigureName
from benchmark.exports.figures.metric_agreement import metric_agreement_figure
from benchmark.exports.figures.writer import PaperFigure, figure_files
from benchmark.exports.layout import TableLayout
from benchmark.exports.metric_agreement_files import AgreementDocument
from benchmark.exports.tables import EXTENSIONS
from benchmark.exports.writer import write_table
from benchmark.protocol import TableFormat, TableName
from benchmark.report.checksums import write_checksums
from benchmark.report.contents import (
    CLIP_COLUMNS,
    COMPARISON_COLUMNS,
    PAIR_COLUMNS,
    ReportContents,
    Rows,
)
from benchmark.report.dataset_card import METRIC_FIGURE, dataset_card
from benchmark.report.environment import environment_list
from benchmark.report.metrics import write_metrics
from benchmark.report.output_folder import PROTOCOL
from benchmark.scoring import COMPUTED, ScoredVotes
from benchmark.votes.metric_agreement import AUTOMATIC_VOTES
from benchmark.votes.read import load_votes

Step = Callable[[], None]
VOTES_FORMATS = (TableFormat.CSV, TableFormat.JSONL, TableFormat.PARQUET)
# No CSV: a server that merges a report unpacks every CSV file, and does not need the events.
PLAYBACK_FORMATS = (TableFormat.JSONL, TableFormat.PARQUET)
STEPS = 3 + len(VOTES_FORMATS) + len(COMPUTED) + len(FigureName)


def write_report_files(contents: ReportContents, folder: Path, step: Step = lambda: None) -> None:
    """Write all files of a report to an empty folder.

    Args:
        step: the progress callback; called `STEPS` times, plus once for each frame strip.

    Raises:
        TableError: a vote is invalid; the message names the row.
        MetricInputError: two files of scores have the same side and suite, or different settings.
    """
    _write_records(contents, folder)
    step()
    scored = _write_votes(contents, folder / "votes", step)
    _write_playback(contents, scored, folder / "votes")
    for table in COMPUTED:
        _write_tables(scored, table, folder / "tables", TableLayout(names=contents.names))
        step()
    (folder / "results.json").write_bytes(scored.document())
    step()
    captions = [*_write_figures(contents, scored, folder / "figures", step)]
    if contents.scores:
        document = write_metrics(scored, contents.scores, folder / "metrics")
        captions.append(_write_metric_figure(document, folder / "figures", interim=contents.interim))
    (folder / "figures" / "captions.md").write_text("\n".join(captions), encoding="utf-8")
    (folder / "README.md").write_text(dataset_card(contents, scored, folder), encoding="utf-8")
    write_checksums(folder)
    step()


def _write_records(contents: ReportContents, folder: Path) -> None:
    _write_json(folder / PROTOCOL, contents.protocol)
    _write_json(folder / "names.json", contents.names)
    (folder / "environment.txt").write_text(environment_list(), encoding="utf-8")
    _write_csv(folder / "benchmark" / "pairs.csv", PAIR_COLUMNS, contents.pairs)
    _write_csv(folder / "benchmark" / "comparisons.csv", COMPARISON_COLUMNS, contents.comparisons)
    _write_csv(folder / "clips.csv", CLIP_COLUMNS, contents.clips)


def _write_votes(contents: ReportContents, folder: Path, step: Step) -> ScoredVotes:
    """Write the votes table in each format. Read the first written file again and return its votes."""
    folder.mkdir()
    scored: ScoredVotes | None = None
    for file_format in VOTES_FORMATS:
        path = folder / f"votes.{file_format}"
        with path.open("wb") as stream:
            note = scored.note if scored else None
            write_table(TableName.VOTES, contents.votes(), file_format, stream, note=note)
        # The last file contains a note with the number of votes that count, which is computed from the first
        # file.
        scored = scored or ScoredVotes(load_votes(path)[0], contents.interim)
        step()
    assert scored is not None
    return scored


def _write_playback(contents: ReportContents, scored: ScoredVotes, folder: Path) -> None:
    if contents.playback is None:
        return
    for file_format in PLAYBACK_FORMATS:
        with (folder / f"playback.{file_format}").open("wb") as stream:
            write_table(TableName.PLAYBACK, contents.playback(), file_format, stream, note=scored.note)


def _write_tables(scored: ScoredVotes, table: TableName, folder: Path, layout: TableLayout) -> None:
    folder.mkdir(exist_ok=True)
    for file_format in TableFormat:
        with (folder / f"{table}.{EXTENSIONS[file_format]}").open("wb") as stream:
            scored.write(table, file_format, stream, layout)


def _write_figures(contents: ReportContents, scored: ScoredVotes, folder: Path, step: Step) -> Iterator[str]:
    """Write all figures; yield each figure's caption, or the reason why the figure cannot be drawn."""
    folder.mkdir()
    for name in FigureName:
        try:
            yield _write_figure(scored.figure(name, contents.names), folder, name)
        except CannotDraw as reason:
            yield f"`{name}` was not drawn: {reason}\n"
        step()
    for number, strip in enumerate(contents.strips, start=1):
        yield _write_figure(strip, folder, f"strip-{number:02}")
        step()


def _write_metric_figure(document: AgreementDocument | None, folder: Path, *, interim: bool) -> str:
    try:
        if document is None:
            raise CannotDraw(AUTOMATIC_VOTES)
        return _write_figure(metric_agreement_figure(document.rows, interim=interim), folder, METRIC_FIGURE)
    except CannotDraw as reason:
        return f"`{METRIC_FIGURE}` was not drawn: {reason}\n"


def _write_figure(figure: PaperFigure, folder: Path, name: str) -> str:
    for file_format, content in figure_files(figure).items():
        (folder / f"{name}.{file_format}").write_bytes(content)
    return f"`{name}`: {' '.join(figure.caption.split())}\n"


def _write_json(path: Path, document: object) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _write_csv(path: Path, columns: tuple[str, ...], rows: Rows) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as stream:
        stream.writelines(csv_chunks(columns, rows))
