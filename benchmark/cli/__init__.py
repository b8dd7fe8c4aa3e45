"""Commands of `ti2v` that need neither web nor database."""

from benchmark.cli.main import LazyCommand

COMMANDS = {
    "benchmark contact-sheet": LazyCommand(
        "benchmark.cli.scenes:contact_sheet", "Put the bundled pairs on one picture, to judge by eye."
    ),
    "benchmark draw": LazyCommand(
        "benchmark.cli.scenes:draw", "Draw a benchmark of our own: images and their prompts."
    ),
    "benchmark redraw": LazyCommand(
        "benchmark.cli.scenes:redraw", "Draw a benchmark's images again and compare."
    ),
    "figure": LazyCommand("benchmark.cli.figure:figure", "Draw a figure from a table of votes, offline."),
    "score": LazyCommand(
        "benchmark.cli.score:score", "Compute tables of results from a table of votes, offline."
    ),
    "study plan": LazyCommand("benchmark.cli.study_plan:plan", "Say what a study of a given size can find."),
}
