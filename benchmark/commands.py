"""The commands of `ti2v` that need neither web nor database."""

from benchmark.command_line import LazyCommand

COMMANDS = {
    "benchmark draw": LazyCommand(
        "benchmark.scenes.commands:draw", "Draw a benchmark of our own: images and their prompts."
    ),
    "score": LazyCommand(
        "benchmark.score:score", "Compute tables of results from a table of votes, offline."
    ),
}
