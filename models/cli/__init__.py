"""The `ti2v` commands that generate clips, train networks or compute metrics.

A module is imported only when its command runs.
"""

from benchmark.cli.main import LazyCommand

COMMANDS: dict[str, LazyCommand] = {
    "generators": LazyCommand(
        "models.cli.generators:generators",
        "List models, set up a model, or check an adapter.",
    ),
    "generate": LazyCommand(
        "models.cli.generate:generate",
        "Generate a model's clips for a benchmark, without a server.",
    ),
    "heatmap": LazyCommand("models.cli.heatmap:heatmap", "Draw the motion heatmap of a clip."),
    "metrics": LazyCommand("models.cli.metrics:metrics", "Compute automatic metrics of clips."),
    "worker": LazyCommand("models.cli.worker:worker", "Generate and measure clips for the jobs of a server."),
    "motif convert": LazyCommand(
        "models.cli.motif:convert",
        "Convert weights between VideoCrafter2, diffusers and MotiF.",
        extra="worker",
    ),
    "prepare": LazyCommand("models.cli.prepare:prepare", "Encode the clips of training configs in parallel."),
    "repro calibrate": LazyCommand(
        "models.cli.repro_calibrate:calibrate",
        "Measure the error of the flow estimator on true clips.",
    ),
    "repro encoders": LazyCommand(
        "models.cli.repro:encoders", "Train the autoencoder and the image encoder of the sprite networks."
    ),
    "repro plan": LazyCommand(
        "models.cli.repro:plan", "Print hours, disk and pieces of the paper's experiments."
    ),
    "repro run": LazyCommand(
        "models.cli.repro:run", "Train the paper's settings on sprites, and measure them."
    ),
    "train": LazyCommand("models.cli.train:train", "Train MotiF with a config, or resume a run."),
}
