"""README.md of a bundle: a data set card for the Hugging Face hub, and how to compute everything again."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmark.exports.figures.kinds import FigureFormat, FigureName
from benchmark.exports.markup import markdown_text
from benchmark.exports.tables import EXTENSIONS
from benchmark.protocol import TableFormat, TableName, VoteStatus
from benchmark.report.contents import ReportContents
from benchmark.scoring import COMPUTED, ScoredVotes
from benchmark.stats.conclusions import conclusion, panel_warning

TAGS = ("human-preference", "image-to-video", "text-image-to-video", "video-generation", "ti2v-bench")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST = "1M<n<10M"

_FILES = """\
| file | what it holds |
|---|---|
| `protocol.json` | the study's frozen protocol, its benchmark with its content hash, its matchups and sides |
| `benchmark/pairs.csv` | every pair: image and prompt with their sha256 |
| `benchmark/comparisons.csv` | the comparisons that were laid out |
| `clips.csv` | every clip that was compared, with its sha256 |
| `votes/` | every vote of every status, as Parquet, JSON lines and CSV; annotators are pseudonyms |
| `tables/` | every table of results in every format |
| `figures/` | every figure as SVG, PDF and PNG, the numbers behind it as CSV; `captions.md` |
| `results.json` | every table with its sentences and its note, in one document |
| `names.json` | what the figures call the sides |
| `environment.txt` | Python and the packages all this was made with |
| `SHA256SUMS` | digests of all other files |
"""


def data_set_card(contents: ReportContents, scored: ScoredVotes, folder: Path) -> str:
    """Return the card.

    Args:
        folder: the bundle so far; commands are given for the figures that are there.
    """
    total = sum(scored.note.left_out.values()) + len(scored.votes)
    parts = [
        "---\n" + "".join(_front_matter(contents, total)) + "---\n",
        f"# {markdown_text(contents.title)}\n",
        *_warning(contents, scored),
        _what(contents, scored, total),
        "## What the votes say\n",
        "".join(f"- {line}\n" for line in _conclusions(scored)),
        markdown_text(scored.note.text(TableName.PREFERENCES)) + "\n",
        "## Files\n",
        _FILES,
        "## Compute it again\n",
        _recompute(contents, folder),
        "## Licence\n",
        _licence(contents),
    ]
    return "\n".join(parts)


def _front_matter(contents: ReportContents, votes: int) -> Iterator[str]:
    # JSON texts are YAML texts, whatever a title has in it.
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
    for table in COMPUTED:
        yield table.value, f"tables/{table}.parquet"
    yield "pairs", "benchmark/pairs.csv"
    if contents.clips:  # votes from elsewhere come without; the hub cannot read a table without rows
        yield "clips", "clips.csv"


def _size(votes: int) -> str:
    return next((size for bound, size in _SIZES if votes < bound), _LARGEST)


def _warning(contents: ReportContents, scored: ScoredVotes) -> list[str]:
    if scored.votes.counted is VoteStatus.IMPORTED:
        return [
            "> **Imported.** These votes were cast in a study run elsewhere, under a protocol of its own.\n"
        ]
    if not contents.interim:
        return []
    return [
        "> **Interim.** The study is not closed. These numbers may still change, nothing is tested, and\n"
        "> model names stand beside votes that are still being cast: keep this folder from annotators.\n"
    ]


def _what(contents: ReportContents, scored: ScoredVotes, total: int) -> str:
    matchups = len(scored.votes.matchups)
    return (
        f"The votes of a study of text+image-to-video models, and all that was computed from them: {total} "
        f"votes ({len(scored.votes)} of them counted) in {matchups} matchup{'' if matchups == 1 else 's'}, "
        f"made with TI2V Bench {version('ti2v-bench')} as study `{contents.slug}`. Shown two clips made from "
        "one image and one text, people chose the better one and gave their reasons.\n"
    )


def _conclusions(scored: ScoredVotes) -> Iterator[str]:
    for row in scored.preferences:
        yield f"**{markdown_text(row.matchup)}**: {markdown_text(conclusion(row))}"
    warning = panel_warning(scored.tallies, scored.votes.matchups)
    if warning:
        yield markdown_text(warning)


def _recompute(contents: ReportContents, folder: Path) -> str:
    interim = " --interim" if contents.interim else ""
    figures = [name.value for name in FigureName if (folder / "figures" / f"{name}.svg").exists()]
    return (
        "Everything in `tables/`, `figures/` (but strips of clips) and `results.json` follows from the votes "
        f"alone. With TI2V Bench {version('ti2v-bench')} and the packages of `environment.txt` the bytes are "
        "the same; no network is needed. In this folder:\n\n"
        "```sh\n" + "\n".join(_commands(figures, interim)) + "\n```\n\n"
        "Another machine, or another version of a package, may give other bytes of Parquet, PDF and PNG; the "
        "numbers stay the same.\n"
    )


def _commands(figures: list[str], interim: str) -> Iterator[str]:
    yield "sha256sum --check --quiet SHA256SUMS"
    yield "again=$(mktemp -d)"
    yield f"for table in {' '.join(COMPUTED)}; do"
    for form in TableFormat:
        output = f'"$again/$table.{EXTENSIONS[form]}"'
        yield f"  ti2v score votes/votes.parquet{interim} --table $table --format {form} --output {output}"
    yield "done"
    yield 'diff -r "$again" tables'
    yield f"ti2v score votes/votes.parquet{interim} --table all --format json | cmp - results.json"
    if figures:
        yield f"for figure in {' '.join(figures)}; do for form in {' '.join(FigureFormat)}; do"
        yield (
            f"  ti2v figure votes/votes.parquet{interim} --names names.json --figure $figure --format $form "
            "| cmp - figures/$figure.$form"
        )
        yield "done; done"


def _licence(contents: ReportContents) -> str:
    if contents.licence == "unknown":
        votes = "Whoever publishes the votes chooses their licence, and writes it on top of this card."
    else:
        votes = f"The votes: {markdown_text(contents.licence)}."
    benchmark = markdown_text(contents.benchmark_licence or "not stated")
    return f"{votes} The benchmark's images and prompts: {benchmark}. The clips are not in this folder.\n"
