"""Writes the report files that compare automatic metrics with the votes."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmark.exports.metric_agreement_files import AgreementDocument, agreement_bytes, agreement_document
from benchmark.exports.tables import EXTENSIONS
from benchmark.metrics.score_file import read_score_files
from benchmark.protocol import MetricFormat, StudyKind, TableFormat
from benchmark.scoring import ScoredVotes
from benchmark.votes.metric_agreement import scores_by_metric

_MAX_NAME = 80


def write_metrics(scored: ScoredVotes, paths: Sequence[Path], folder: Path) -> AgreementDocument | None:
    """Copy the score files to `folder/scores`, and write the agreement of metrics in every format.

    Return the agreement. For automatic votes, no agreement is computed, and the result is None.

    The names of the copies are numbered, so that a recomputation reads the files in the same order.

    Raises:
        MetricInputError: a file contains no scores, two files have the same side and suite, or two files have
            different settings.
    """
    contents = [read_score_files(path) for path in paths]
    files = [file for found in contents for file in found]
    document: AgreementDocument | None = None
    if scored.kind is StudyKind.AUTOMATIC:
        scores_by_metric(files)  # refuses files that do not fit together
    else:
        document = agreement_document(
            scored.tallies, scored.votes.matchups, files, by_scenario=True, interim=scored.interim
        )
    (folder / "scores").mkdir(parents=True)
    for number, (path, found) in enumerate(zip(paths, contents, strict=True), start=1):
        sides = "-".join(file.name for file in found)
        name = re.sub(r"[^a-z0-9.-]+", "-", f"{found[0].suite}-{sides}".lower())[:_MAX_NAME]
        (folder / "scores" / f"{number:02}-{name}.json").write_bytes(path.read_bytes())
    if document is not None:
        for file_format in MetricFormat:
            suffix = EXTENSIONS[TableFormat(file_format.value)]
            (folder / f"agreement.{suffix}").write_bytes(agreement_bytes(document, file_format))
    return document
