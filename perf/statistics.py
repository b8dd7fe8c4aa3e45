"""Measures the speed of our statistics and of the same statistics in other packages, on a million votes.

Run: python -m perf.statistics [--votes-file]

The study has 625 matchups of 50 models on 320 pairs with five votes each. Times are medians of five runs
after one warm-up run; memory is the growth of the process's peak beyond the votes table.
"""

import argparse
import importlib.util
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import combinations, repeat
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.exports.tables import COLUMN_NAMES
from benchmark.exports.writer import table_chunks
from benchmark.protocol import Justification, TableFormat, TableName
from benchmark.stats.agreement_table import agreements
from benchmark.stats.annotator_sensitivity import sensitivity_of_annotators
from benchmark.stats.breakdowns import breakdowns
from benchmark.stats.conclusions import panel_warning
from benchmark.stats.dawid_skene import dawid_skene
from benchmark.stats.justifications import justifications
from benchmark.stats.leaderboard import leaderboard
from benchmark.stats.preferences import preferences
from benchmark.stats.quality import annotator_quality
from benchmark.stats.rating import bradley_terry
from benchmark.stats.sensitivity import Cluster, sensitivity_of_pairs
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Votes
from benchmark.tables import Table
from benchmark.votes.read import load_votes
from benchmark.votes.validate import check_votes

MODELS, MATCHUPS, PAIRS, PANEL, ANNOTATORS = 50, 625, 320, 5, 1000
RUNS = 5


def votes_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of a million votes with random model strengths, pair effects and justifications."""
    models = [f"model{index:02}" for index in range(MODELS)]
    every = list(combinations(range(MODELS), 2))
    both = np.array([every[place] for place in rng.choice(len(every), MATCHUPS, replace=False)])
    strength, lean = rng.normal(scale=0.5, size=MODELS), rng.normal(scale=0.8, size=PAIRS)
    rows = MATCHUPS * PAIRS * PANEL
    matchup, pair = np.divmod(np.arange(rows) // PANEL, PAIRS)
    first_annotator = rng.integers(ANNOTATORS, size=MATCHUPS * PAIRS)
    annotator = (np.repeat(first_annotator, PANEL) + np.tile(np.arange(PANEL), MATCHUPS * PAIRS)) % ANNOTATORS
    reference, other = both[matchup].T
    logit = strength[reference] - strength[other] + lean[pair]
    chosen = np.where(rng.random(rows) < 1 / (1 + np.exp(-logit)), reference, other)
    left_is_reference = rng.random(rows) < 0.5
    names = [f"{models[one]}:{models[two]}" for one, two in both]
    columns: dict[str, object] = {
        "study": pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), ["speed"]),
        "matchup": pd.Categorical.from_codes(matchup, names),
        "pair": pd.Categorical.from_codes(
            pair, [f"image{index // 4}_prompt{index}" for index in range(PAIRS)]
        ),
        "image": pd.Categorical.from_codes(pair // 4, [f"image{index}" for index in range(PAIRS // 4)]),
        "scenario": pd.Categorical.from_codes(
            pair // 16, [f"scenario{index:02}" for index in range(PAIRS // 16)]
        ),
        "annotator": pd.Categorical.from_codes(annotator, [f"a{index}" for index in range(ANNOTATORS)]),
        "reference": pd.Categorical.from_codes(reference, models),
        "other": pd.Categorical.from_codes(other, models),
        "left": pd.Categorical.from_codes(np.where(left_is_reference, reference, other), models),
        "right": pd.Categorical.from_codes(np.where(left_is_reference, other, reference), models),
        "chosen": pd.Categorical.from_codes(chosen, models),
        "status": pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), ["valid"]),
    }
    ticks = {reason.value: (rng.random(rows) < 0.3).astype(np.int8) for reason in Justification}
    return pd.DataFrame(columns | ticks | {"decision_ms": rng.integers(3000, 20000, size=rows)})


def report(table: Table) -> list[object]:
    """Compute all statistics of a report from the table: scores, tests, agreement, ranks, parts, images."""
    votes = check_votes(table)
    tallies = Tallies.from_votes(votes)
    rng = np.random.default_rng(1)
    return [
        preferences(tallies, votes.matchups),
        justifications(tallies, votes.matchups),
        agreements(tallies, votes.matchups),
        leaderboard(tallies, votes.matchups),
        breakdowns(tallies, votes.matchups),
        sensitivity_of_pairs(tallies, votes.matchups, Cluster.IMAGE, rng=rng),
        sensitivity_of_pairs(tallies, votes.matchups, Cluster.SCENARIO, rng=rng),
        panel_warning(tallies, votes.matchups),
    ]


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of `work`."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(what: str, value: str, bound: str = "") -> None:
    print(f"| {what} | {value} | {bound} |")


def own_figures(table: Table, votes: Votes, tallies: Tallies) -> None:
    """Print the time of each part of our statistics."""
    rng = np.random.default_rng(1)
    parts: list[tuple[str, Callable[[], object], str]] = [
        ("check and code the table", lambda: check_votes(table), ""),
        ("tallies from votes", lambda: Tallies.from_votes(votes), ""),
        ("preferences", lambda: preferences(tallies, votes.matchups), ""),
        ("justifications with exact tests", lambda: justifications(tallies, votes.matchups), ""),
        ("agreement with intervals", lambda: agreements(tallies, votes.matchups), ""),
        ("Bradley-Terry with sandwich", lambda: bradley_terry(tallies, votes.matchups), "0.3 s"),
        ("leaderboard with ranks", lambda: leaderboard(tallies, votes.matchups), "0.3 s"),
    ]
    for what, work, bound in parts:
        say(what, f"{seconds(work):.3f} s", bound)
    extra: list[tuple[str, Callable[[], object]]] = [
        ("bootstrap of 100 and leave-one-out over annotators",
         lambda: sensitivity_of_annotators(votes, rng=rng, resamples=100)),
        ("annotator quality", lambda: annotator_quality(votes)),
        ("Dawid-Skene", lambda: dawid_skene(votes)),
    ]  # fmt: skip
    for what, work in extra:
        say(f"{what} (not in the report)", f"{seconds(work, runs=1):.3f} s")


def peers(tallies: Tallies, votes: Votes) -> None:
    """Print the time of Bradley-Terry fits in other packages: same win matrix, no intervals."""
    ratings = bradley_terry(tallies, votes.matchups)
    met = [(i, j) for i in range(MODELS) for j in range(MODELS) if ratings.wins[i, j]]
    if importlib.util.find_spec("evalica"):
        import evalica

        arguments = ([i for i, _ in met], [j for _, j in met], [evalica.Winner.X] * len(met))
        weights = [float(ratings.wins[i, j]) for i, j in met]
        say(
            "evalica bradley_terry, no intervals",
            f"{seconds(lambda: evalica.bradley_terry(*arguments, weights=weights, tolerance=1e-10)):.3f} s",
        )
    if importlib.util.find_spec("choix"):
        import choix

        wins = ratings.wins.astype(float)
        taken = seconds(lambda: choix.ilsr_pairwise_dense(wins))
        say("choix ilsr_pairwise_dense, no intervals", f"{taken:.3f} s")
    if importlib.util.find_spec("arena_rank"):
        from arena_rank.models.bradley_terry import BradleyTerry
        from arena_rank.utils.data_utils import PairDataset

        duels = pd.DataFrame(
            [(i, j, "model_a") for i, j in met for _ in range(int(ratings.wins[i, j]))],
            columns=["model_a", "model_b", "winner"],
        )
        taken = seconds(
            lambda: BradleyTerry(n_competitors=MODELS).compute_ratings_and_cis(
                PairDataset.from_pandas(duels)
            ),
            runs=1,
        )
        say("arena-rank BradleyTerry with its intervals, from single votes", f"{taken:.3f} s")


def export_rate() -> None:
    """Print the speed of writing votes.csv from database rows."""
    from types import SimpleNamespace

    sides = {"reference": "motif", "other": "cinemo", "left": "cinemo", "right": "motif", "chosen": "motif"}
    row = SimpleNamespace(
        **dict.fromkeys(COLUMN_NAMES[TableName.VOTES])
        | sides
        | {reason.value: 1 for reason in Justification}
        | {"study": "speed", "matchup": "motif:cinemo", "status": "valid", "annotator": "annotator-0042"}
        | {"pair": "balloon1_the_blue_balloon_dipping_down", "image": "balloon1", "scenario": "balloon"}
        | {"cast_at": "2026-03-14T09:26:53.000Z", "decision_ms": 14000}
    )
    count = 200_000

    def write() -> None:
        for _ in table_chunks(TableName.VOTES, repeat(row, count), TableFormat.CSV):
            pass

    before = peak_mb()
    rate = count / seconds(write, runs=3)
    say("votes.csv, rows a second", f"{rate:,.0f}", "80,000")
    say("votes.csv, growth of peak memory", f"{peak_mb() - before:.0f} MB")


def votes_file_figures(frame: pd.DataFrame) -> None:
    """Print the time of reading the votes from a CSV."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.csv"
        frame.to_csv(path, index=False)
        say(
            "read and check votes.csv of a million rows", f"{seconds(lambda: load_votes(path), runs=1):.3f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes-file", action="store_true", help="also read a million votes from a CSV")
    arguments = parser.parse_args()
    frame = votes_table(np.random.default_rng(0))
    table = Table.from_columns("votes", {str(column): frame[column].tolist() for column in frame})
    before = peak_mb()
    first = time.perf_counter()
    report(table)
    first = time.perf_counter() - first
    grown = peak_mb() - before
    votes = check_votes(table)
    tallies = Tallies.from_votes(votes)
    print(f"numpy {np.__version__}, pandas {pd.__version__}; {len(table):,} votes\n")
    print("| what | measured | bound |\n| --- | ---: | ---: |")
    say("whole report", f"{seconds(lambda: report(table)):.3f} s", "1.5 s")
    processor = time.process_time()
    report(table)
    say("whole report, processor time", f"{time.process_time() - processor:.3f} s")
    say("whole report, first time in the process", f"{first:.3f} s")
    say("whole report, growth of peak memory", f"{grown:.0f} MB")
    say("peak memory of the process with the table", f"{before + grown:.0f} MB", "600 MB")
    own_figures(table, votes, tallies)
    peers(tallies, votes)
    export_rate()
    if arguments.votes_file:
        votes_file_figures(frame)


if __name__ == "__main__":
    main()
