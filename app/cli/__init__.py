"""The commands of the service, each in the file of its noun; nothing is imported before one runs."""

from benchmark.command_line import LazyCommand

COMMANDS = {
    "benchmark check": LazyCommand("app.cli.benchmark:check", "Count a benchmark and see that it is whole."),
    "benchmark import": LazyCommand(
        "app.cli.benchmark:import_", "Import a benchmark from a folder or the hub."
    ),
    "benchmark list": LazyCommand("app.cli.benchmark:list_", "List the benchmarks there are."),
    "db backup": LazyCommand("app.cli.db:backup", "Write a checked copy of the SQLite database."),
    "db downgrade": LazyCommand("app.cli.db:downgrade", "Take the database back to an older schema."),
    "db restore": LazyCommand("app.cli.db:restore", "Put a copy in the database's place."),
    "db status": LazyCommand("app.cli.db:status", "Say which schema the database has."),
    "db upgrade": LazyCommand("app.cli.db:upgrade", "Bring the database to the newest schema."),
    "doctor": LazyCommand(
        "app.cli.doctor:doctor", "Look at all the service stands on, and say what to mend."
    ),
    "key create": LazyCommand("app.cli.key:create", "Make a key and print it alone."),
    "key list": LazyCommand("app.cli.key:list_", "List keys by their first letters."),
    "key revoke": LazyCommand("app.cli.key:revoke", "End a key for good."),
    "person sign-in": LazyCommand("app.cli.person:sign_in", "Print a link that signs somebody in."),
    "serve": LazyCommand("app.cli.serve:serve", "Serve a database that is at the current schema."),
    "submit": LazyCommand("app.cli.submit:submit", "Send a folder of clips to a server as a submission."),
    "up": LazyCommand("app.cli.serve:up", "Migrate, load the demo into an empty database, and serve."),
}
