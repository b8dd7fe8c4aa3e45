"""The commands of the service, one module per noun; a module is imported only when its command runs."""

from benchmark.cli.main import LazyCommand

COMMANDS = {
    "benchmark check": LazyCommand("app.cli.benchmark:check", "Count a benchmark and see that it is whole."),
    "benchmark import": LazyCommand(
        "app.cli.benchmark:import_", "Import a benchmark from a folder or the hub."
    ),
    "benchmark show": LazyCommand(
        "app.cli.benchmark:show", "Print a benchmark as a row of the paper's Table 1."
    ),
    "benchmark list": LazyCommand("app.cli.benchmark:list_", "List the benchmarks there are."),
    "convert": LazyCommand("app.cli.convert:convert", "Convert videos and frames to clips for a submission."),
    "benchmark share": LazyCommand("app.cli.share:benchmark", "Print or set who sees a benchmark."),
    "db backup": LazyCommand("app.cli.db:backup", "Write a checked copy of the SQLite database."),
    "db downgrade": LazyCommand("app.cli.db:downgrade", "Take the database back to an older schema."),
    "db restore": LazyCommand("app.cli.db:restore", "Put a copy in the database's place."),
    "db status": LazyCommand("app.cli.db:status", "Say which schema the database has."),
    "db upgrade": LazyCommand("app.cli.db:upgrade", "Bring the database to the newest schema."),
    "doctor": LazyCommand(
        "app.cli.doctor:doctor", "Look at all the service stands on, and say what to mend."
    ),
    "export": LazyCommand("app.cli.export:export", "Write a table of a study's results or votes."),
    "jobs cancel": LazyCommand("app.cli.jobs:cancel", "Stop asking for clips."),
    "jobs create": LazyCommand("app.cli.jobs:create", "Ask workers for the clips of a model."),
    "jobs list": LazyCommand("app.cli.jobs:list_", "List jobs and count them by status."),
    "jobs retry": LazyCommand("app.cli.jobs:retry", "Try failed or cancelled jobs again."),
    "key create": LazyCommand("app.cli.key:create", "Make a key and print it alone."),
    "key list": LazyCommand("app.cli.key:list_", "List keys by their first letters."),
    "key revoke": LazyCommand("app.cli.key:revoke", "End a key for good."),
    "person disable": LazyCommand("app.cli.person:disable", "Refuse somebody's keys and browsers."),
    "person enable": LazyCommand("app.cli.person:enable", "Accept a disabled person's keys again."),
    "person list": LazyCommand("app.cli.person:list_", "List people and what they have."),
    "model set": LazyCommand("app.cli.model:set_", "Register a model or change what is said about it."),
    "person sign-in": LazyCommand("app.cli.person:sign_in", "Print a link that signs somebody in."),
    "person sign-out": LazyCommand("app.cli.person:sign_out", "Sign somebody out of every browser."),
    "report": LazyCommand("app.cli.report:report", "Write a study as one folder to check and publish."),
    "serve": LazyCommand("app.cli.serve:serve", "Serve a database that is at the current schema."),
    "study annotators": LazyCommand(
        "app.cli.annotators:list_", "Print who votes, and what was noticed about them."
    ),
    "study check": LazyCommand("app.cli.study_progress:check", "Recount a study's votes and compare."),
    "study close": LazyCommand("app.cli.study:close", "Close a study for good."),
    "study create": LazyCommand("app.cli.study:create", "Create a study as a draft."),
    "study exclude": LazyCommand(
        "app.cli.annotators:exclude", "Take an annotator's votes out of the results."
    ),
    "study invite": LazyCommand("app.cli.invitations:invite", "Print links that let annotators in."),
    "study list": LazyCommand("app.cli.study_progress:list_", "List studies and their progress."),
    "study open": LazyCommand("app.cli.study:open_", "Open a draft, or go on after a pause."),
    "study pause": LazyCommand("app.cli.study:pause", "Stop giving out comparisons for a while."),
    "study reinstate": LazyCommand("app.cli.annotators:reinstate", "Count excluded votes again."),
    "study share": LazyCommand("app.cli.share:study", "Print or set who sees a study."),
    "study status": LazyCommand("app.cli.study_progress:status", "Print how far a study is."),
    "submission list": LazyCommand("app.cli.submission:list_", "List submissions."),
    "submission show": LazyCommand("app.cli.submission:show", "Print a submission and what it lacks."),
    "submission withdraw": LazyCommand(
        "app.cli.submission:withdraw", "Take a submission out of every running study."
    ),
    "submission share": LazyCommand("app.cli.share:submission", "Print or set who sees a submission."),
    "submit": LazyCommand("app.cli.submit:submit", "Send a folder of clips to a server as a submission."),
    "up": LazyCommand("app.cli.serve:up", "Migrate, load the demo into an empty database, and serve."),
    "votes import": LazyCommand("app.cli.votes:import_", "Import votes of a study run elsewhere from a CSV."),
}
