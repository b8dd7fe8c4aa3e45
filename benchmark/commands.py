"""The commands of `ti2v` that need neither web nor database."""

from benchmark.command_line import LazyCommand

COMMANDS = {
    "benchmark contact-sheet": LazyCommand(
        "benchmark.scenes.commands:contact_sheet", "Put the bundled pairs on one picture, to judge by eye."
    ),
    "benchmark draw": LazyCommand(
        "benchmark.scenes.commands:draw", "Draw a benchmark of our own: images and their prompts."
    ),
    "benchmark redraw": LazyCommand(
        "benchmark.scenes.commands:redraw", "Draw a benchmark's images again and compare."
    ),
    "figure": LazyCommand("benchmark.figure:figure", "Draw a figure from a table of votes, offline."),
    "score": LazyCommand(
        "benchmark.score:score", "Compute tables of results from a table of votes, offline."
    ),
    "study plan": LazyCommand("benchmark.plan:plan", "Say what a study of a given size can find."),
}
