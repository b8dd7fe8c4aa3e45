"""Writes the README.md of a report: a dataset card for the hub, with commands to recompute the results."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmark.exports.figures.kinds import FigureFormat, FigureName, MetricFigureName
from benchmark.exports.markup import markdown_text
from benchmark.exports.tables import EXTENSIONS
from benchmark.protocol import StudyKind, TableFormat, TableName, VoteStatus
from benchmark.report.contents import ReportContents
from benchmark.scoring import COMPUTED, ScoredVotes
from benchmark.stats.conclusions import conclusion, panel_warning

TAGS = ("human-preference", "image-to-video", "text-image-to-video", "video-generation", "ti2v-bench")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST = "1M<n<10M"

_FILES = """\
| file | contents |
|---|---|
| `protocol.json` | the study's protocol, its benchmark with a content hash, its matchups and sides |
| `benchmark/pairs.csv` | all pairs: image and prompt with their sha256 |
| `benchmark/comparisons.csv` | all comparisons of the study |
| `clips.csv` | all compared clips with their sha256 |
| `votes/` | all votes of every status, as Parquet, JSON lines and CSV; annotators are pseudonyms |
| `votes/playback.*` | if there are events: play, pause, seek and completion of the clips of each comparison |
| `tables/` | all result tables in all formats |
| `figures/` | all figures as SVG, PDF and PNG, with their data as CSV; `captions.md` |
| `results.json` | all result tables with their sentences and notes, in one document |
| `names.json` | the display names of the sides in figures, Markdown and LaTeX |
| `environment.txt` | the versions of Python and of all packages |
| `SHA256SUMS` | the sha256 of all other files |
"""

METRIC_FIGURE = MetricFigureName.METRIC_AGREEMENT
# The table formats in which sides have display names.
PRINTED = (TableFormat.MARKDOWN, TableFormat.LATEX)


def dataset_card(contents: ReportContents, scored: ScoredVotes, folder: Path) -> str:
    """Return the text of README.md.

    Args:
        folder: the report's folder; the card gives commands for the figures in this folder.
    """
    total = sum(scored.note.left_out.values()) + len(scored.votes)
    parts = [
        "---\n" + "".join(_front_matter(contents, total)) + "---\n",
        f"# {markdown_text(contents.title)}\n",
        *_warning(contents, scored),
        _summary(contents, scored, total),
        "## Results\n",
        "".join(f"- {line}\n" for line in _conclusions(scored)),
        markdown_text(scored.note.text(TableName.PREFERENCES)) + "\n",
        "## Files\n",
        _FILES,
        "## Recompute the results\n",
        _instructions(contents, folder),
        "## Licence\n",
        _licence(contents),
    ]
    return "\n".join(parts)


def _front_matter(contents: ReportContents, votes: int) -> Iterator[str]:
    # JSON strings are valid YAML for any characters in the title.
    yield f"pretty_name: {json.dumps(contents.title, ensure_ascii=False)}\n"
    yield f"license: {json.dumps(contents.licence)}\n"
    yield f"tags: {json.dumps(TAGS)}\n"
    yield f"size_categories: {json.dumps([_size(votes)])}\n"
    yield "configs:\n"
    for number, (name, file) in enumerate(_data_files(contents)):
        yield f"- config_name: {name}\n"
        if not number:
            yield "  default: true\n"
        yield f"  data_files: {file}\n"


def _data_files(contents: ReportContents) -> Iterator[tuple[str, str]]:
    yield "votes", "votes/votes.parquet"
    if contents.playback is not None:
        yield "playback", "votes/playback.parquet"
    for table in COMPUTED:
        yield table.value, f"tables/{table}.parquet"
    yield "pairs", "benchmark/pairs.csv"
    if contents.clips:  # imported studies have no clips, and the hub cannot read an empty table
        yield "clips", "clips.csv"


def _size(votes: int) -> str:
    return next((size for bound, size in _SIZES if votes < bound), _LARGEST)


def _warning(contents: ReportContents, scored: ScoredVotes) -> list[str]:
    if scored.votes.counted is VoteStatus.IMPORTED:
        return [
            "> **Imported.** These votes were not collected with TI2V Bench and follow another protocol.\n"
        ]
    if scored.votes.counted is VoteStatus.AUTOMATIC:
        return ["> **Automatic.** An automatic judge cast these votes by a fixed rule. No person voted.\n"]
    if not contents.interim:
        return []
    return [
        "> **Interim.** The study is not closed. These numbers may still change, and no tests are computed.\n"
        "> This folder contains model names: do not show it to annotators.\n"
    ]


def _summary(contents: ReportContents, scored: ScoredVotes, total: int) -> str:
    matchups = len(scored.votes.matchups)
    is_automatic = scored.kind is StudyKind.AUTOMATIC
    how = (
        "The automatic judge compared the motion of two clips generated from the same image and text."
        if is_automatic
        else "Annotators saw two clips generated from the same image and text, chose the better one and gave "
        "their reasons."
    )
    return (
        f"{'Automatic' if is_automatic else 'Human'} preference votes on text+image-to-video models, with "
        f"all results: {total} votes ({len(scored.votes)} of them counted) in {matchups} "
        f"matchup{'' if matchups == 1 else 's'}. Exported from study `{contents.slug}` with TI2V Bench "
        f"{version('ti2v-bench')}. {how}\n"
    )


def _conclusions(scored: ScoredVotes) -> Iterator[str]:
    for row in scored.preferences:
        yield f"**{markdown_text(row.matchup)}**: {markdown_text(conclusion(row, scored.kind))}"
    warning = panel_warning(scored.tallies, scored.votes.matchups)
    if warning:
        yield markdown_text(warning)


def _instructions(contents: ReportContents, folder: Path) -> str:
    interim = " --interim" if contents.interim else ""
    figures = [name.value for name in FigureName if (folder / "figures" / f"{name}.svg").exists()]
    has_metric_figure = (folder / "figures" / f"{METRIC_FIGURE}.svg").exists()
    commands = _commands(
        figures,
        interim,
        has_agreement=(folder / "metrics" / "agreement.json").exists(),
        has_metric_figure=has_metric_figure,
    )
    return (
        "All files in `tables/`, `figures/` (except frame strips) and `results.json` are computed from the "
        f"votes only. With TI2V Bench {version('ti2v-bench')} and the packages in `environment.txt`, these "
        "commands reproduce them byte for byte without network access. Run them in this folder:\n\n"
        "```sh\n" + "\n".join(commands) + "\n```\n\n"
        "On another machine or with other package versions, the bytes of Parquet, PDF and PNG files may "
        "differ; the numbers do not.\n"
    )


def _commands(
    figures: list[str], interim: str, *, has_agreement: bool, has_metric_figure: bool
) -> Iterator[str]:
    yield "sha256sum --check --quiet SHA256SUMS"
    yield "again=$(mktemp -d)"
    yield f"for table in {' '.join(COMPUTED)}; do"
    for form in TableFormat:
        output = f'"$again/$table.{EXTENSIONS[form]}"'
        names = " --names names.json" if form in PRINTED else ""
        yield (
            f"  ti2v score votes/votes.parquet{interim}{names} --table $table --format {form} "
            f"--output {output}"
        )
    yield "done"
    yield 'diff -r "$again" tables'
    yield f"ti2v score votes/votes.parquet{interim} --table all --format json | cmp - results.json"
    if has_agreement:
        yield (
            f"ti2v metric-agreement votes/votes.parquet metrics/scores/*.json{interim} --scenarios "
            "--format json | cmp - metrics/agreement.json"
        )
    if has_metric_figure:
        yield f"for form in {' '.join(FigureFormat)}; do"
        yield (
            f"  ti2v metric-agreement votes/votes.parquet metrics/scores/*.json{interim} --output /dev/null "
            f'--figure "$again/{METRIC_FIGURE}.$form"'
        )
        yield f'  cmp "$again/{METRIC_FIGURE}.$form" figures/{METRIC_FIGURE}.$form'
        yield "done"
    if figures:
        yield f"for figure in {' '.join(figures)}; do for form in {' '.join(FigureFormat)}; do"
        yield (
            f"  ti2v figure votes/votes.parquet{interim} --names names.json --figure $figure --format $form "
            "| cmp - figures/$figure.$form"
        )
        yield "done; done"


def _licence(contents: ReportContents) -> str:
    if contents.licence == "unknown":
        votes = (
            "The votes have no licence yet. Set `license` at the top of this file before you publish them."
        )
    else:
        votes = f"Votes: {markdown_text(contents.licence)}."
    benchmark = markdown_text(contents.benchmark_licence or "not stated")
    return f"{votes} Images and prompts of the benchmark: {benchmark}. This folder does not contain clips.\n"
