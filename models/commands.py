"""The commands of `ti2v` that need torch; they load nothing before one runs."""

from benchmark.command_line import LazyCommand

COMMANDS: dict[str, LazyCommand] = {}
