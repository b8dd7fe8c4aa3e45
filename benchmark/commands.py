"""The commands of `ti2v` that need neither web nor database."""

from benchmark.command_line import LazyCommand

COMMANDS = {
    "benchmark draw": LazyCommand(
        "benchmark.scenes.commands:draw", "Draw a benchmark of our own: images and their prompts."
    ),
}
