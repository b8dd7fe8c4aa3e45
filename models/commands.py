"""The commands of `ti2v` that need torch; they load nothing before one runs."""

from benchmark.command_line import LazyCommand

COMMANDS: dict[str, LazyCommand] = {
    "generators": LazyCommand(
        "models.generators.commands:generators",
        "List the models that make clips; set one up; check one.",
    ),
    "generate": LazyCommand(
        "models.generators.generate_command:generate",
        "Make a model's clips for a benchmark, without a server.",
    ),
    "heatmap": LazyCommand("models.motion.commands:heatmap", "Draw where a clip moves; write its heatmap."),
    "worker": LazyCommand(
        "models.worker.command:worker", "Make the clips a server is asked for, on this machine's device."
    ),
    "motif convert": LazyCommand(
        "models.motif.commands:convert",
        "Convert weights of others into our layout, and back.",
        extra="worker",
    ),
    "train": LazyCommand("models.training.command:train", "Train MotiF as a config says, or go on."),
}
