"""Draws the figures of the re-test: our scores next to the paper's scores, and Figure 6 (mean losses)."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from benchmark.repro.analysis import RowResult
from benchmark.repro.paper_settings import Setting
from benchmark.repro.stored_runs import StoredRuns

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE_INCHES = (7.0, 4.0)


def scores_figure(results: Sequence[RowResult]) -> bytes:
    """Return an SVG with our TI2V score of each row, its 95 % interval, and the paper's score."""
    figure = _figure()
    axes = figure.add_subplot()
    labels = [
        f"{each.paper.table}: {each.paper.reference} / {each.paper.other} ({len(each.seeds)} seeds)"
        for each in results
    ]
    places = np.arange(len(results))[::-1]
    paper = [float(each.paper.ti2v_score[0]) for each in results]
    axes.plot(paper, places, "D", color="#9a5b00", markerfacecolor="none", label="paper, votes of people")
    ours = [
        (place, each.score) for place, each in zip(places, results, strict=True) if each.score is not None
    ]
    if ours:
        means = np.array([100 * score.mean for _, score in ours])
        bounds = np.array([(100 * score.low, 100 * score.high) for _, score in ours])
        errors = np.abs(bounds.T - means)
        axes.errorbar(
            means,
            [place for place, _ in ours],
            xerr=errors,
            fmt="o",
            color="#1f5fa8",
            capsize=3,
            label="re-test, automatic judge, 95 % interval",
        )
    axes.axvline(50, color="#888888", linewidth=1, linestyle=":")
    axes.set_yticks(places, labels)
    axes.set_xlim(0, 100)
    axes.set_xlabel("TI2V score of the reference (%)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize="small")
    return _svg(figure)


def figure6_figure(runs: StoredRuns) -> bytes:
    """Return an SVG with Figure 6: for each setting, the mean over runs and the range of the runs."""
    figure = _figure()
    axes = figure.add_subplot()
    for setting in Setting:
        rows = [run.facts.figure6 for (each, _), run in runs.finished.items() if each is setting]
        rows = [row for row in rows if row]
        if not rows:
            continue
        timesteps = [point["timestep"] for point in rows[0]]
        ratios = np.array([[point["inside"] / point["overall"] for point in row] for row in rows])
        (line,) = axes.plot(timesteps, ratios.mean(axis=0), marker="o", markersize=3, label=setting.value)
        axes.fill_between(
            timesteps,
            ratios.min(axis=0),
            ratios.max(axis=0),
            alpha=0.15,
            color=line.get_color(),
            linewidth=0,
        )
    axes.set_xlabel("timestep")
    axes.set_ylabel("loss in high-motion regions / loss overall")
    if runs.finished:
        axes.legend(fontsize="small", ncols=2)
    return _svg(figure)


def _figure() -> "Figure":
    # Import matplotlib here, because the import takes half a second. Do not use pyplot, which has global
    # state.
    from matplotlib.figure import Figure

    return Figure(figsize=_SIZE_INCHES, layout="constrained")


def _svg(figure: "Figure") -> bytes:
    from matplotlib import rc_context

    buffer = BytesIO()
    # A fixed salt gives the same ids, and so the same bytes, in every run.
    with rc_context({"svg.hashsalt": "reproduction", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "TI2V Bench"})
    return buffer.getvalue()
