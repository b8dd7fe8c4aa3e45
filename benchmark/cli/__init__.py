"""The `ti2v` commands that need neither a server nor a database."""

from benchmark.cli.main import LazyCommand

COMMANDS = {
    "benchmark contact-sheet": LazyCommand(
        "benchmark.cli.scenes:contact_sheet", "Write one image of the bundled pairs for visual inspection."
    ),
    "benchmark draw": LazyCommand(
        "benchmark.cli.scenes:draw", "Render a synthetic benchmark: images and their prompts."
    ),
    "benchmark redraw": LazyCommand(
        "benchmark.cli.scenes:redraw", "Render a benchmark's images again and compare them with the files."
    ),
    "figure": LazyCommand("benchmark.cli.figure:figure", "Draw a figure from a votes table, offline."),
    "metric-agreement": LazyCommand(
        "benchmark.cli.metric_agreement:metric_agreement", "Compare automatic metrics with votes, offline."
    ),
    "repro contact-sheet": LazyCommand(
        "benchmark.cli.repro_export:contact_sheet",
        "Draw the clips of all settings of the re-test as one image.",
    ),
    "repro export": LazyCommand(
        "benchmark.cli.repro_export:export", "Write the re-test's benchmark and clips for the service."
    ),
    "repro report": LazyCommand(
        "benchmark.cli.repro_report:report", "Write the tables and figures of the re-test from measurements."
    ),
    "score": LazyCommand("benchmark.cli.score:score", "Compute result tables from a votes table, offline."),
    "study plan": LazyCommand("benchmark.cli.study_plan:plan", "Compute the power and the cost of a study."),
}
