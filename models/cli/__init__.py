"""The commands of `ti2v` that need torch; they load nothing before one runs."""

from benchmark.cli.main import LazyCommand

COMMANDS: dict[str, LazyCommand] = {
    "generators": LazyCommand(
        "models.cli.generators:generators",
        "List the models that make clips; set one up; check one.",
    ),
    "generate": LazyCommand(
        "models.cli.generate:generate",
        "Make a model's clips for a benchmark, without a server.",
    ),
    "heatmap": LazyCommand("models.cli.heatmap:heatmap", "Draw where a clip moves; write its heatmap."),
    "metrics": LazyCommand("models.cli.metrics:metrics", "Compute automatic metrics of a folder of clips."),
    "worker": LazyCommand(
        "models.cli.worker:worker", "Make the clips a server is asked for, on this machine's device."
    ),
    "motif convert": LazyCommand(
        "models.cli.motif:convert",
        "Convert weights of others into our layout, and back.",
        extra="worker",
    ),
    "train": LazyCommand("models.cli.train:train", "Train MotiF as a config says, or go on."),
}
