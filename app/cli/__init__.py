"""The commands of the service, one module per noun; a module is imported only when its command runs."""

from benchmark.cli.main import LazyCommand

COMMANDS = {
    "audit verify": LazyCommand(
        "app.cli.audit_check:verify", "Check that nobody changed or removed events of the audit log."
    ),
    "benchmark check": LazyCommand(
        "app.cli.benchmark:check", "Count a benchmark's parts and find missing images."
    ),
    "benchmark import": LazyCommand(
        "app.cli.benchmark:import_", "Import a benchmark from a folder or the hub."
    ),
    "benchmark show": LazyCommand(
        "app.cli.benchmark:show", "Print a benchmark as a row of the paper's Table 1."
    ),
    "benchmark list": LazyCommand("app.cli.benchmark:list_", "List the newest version of every benchmark."),
    "convert": LazyCommand("app.cli.convert:convert", "Convert videos and frames to clips for a submission."),
    "benchmark share": LazyCommand("app.cli.share:benchmark", "Print or set who sees a benchmark."),
    "db backup": LazyCommand("app.cli.db:backup", "Copy the SQLite database and check the copy."),
    "db downgrade": LazyCommand("app.cli.db:downgrade", "Downgrade the database to an older schema."),
    "db restore": LazyCommand("app.cli.db:restore", "Replace the SQLite database with a copy."),
    "db status": LazyCommand("app.cli.db:status", "Print the database's schema version."),
    "db upgrade": LazyCommand("app.cli.db:upgrade", "Upgrade the database to the newest schema."),
    "doctor": LazyCommand(
        "app.cli.doctor:doctor", "Check settings, database, media and disk; say how to fix problems."
    ),
    "export": LazyCommand("app.cli.export:export", "Export a table of a study's results or votes."),
    "jobs cancel": LazyCommand("app.cli.jobs:cancel", "Cancel queued and leased jobs."),
    "jobs create": LazyCommand("app.cli.jobs:create", "Queue jobs for a model's clips."),
    "jobs list": LazyCommand("app.cli.jobs:list_", "List jobs and count them by status."),
    "jobs retry": LazyCommand("app.cli.jobs:retry", "Queue failed or cancelled jobs again."),
    "key create": LazyCommand("app.cli.key:create", "Create a key and print it."),
    "key list": LazyCommand("app.cli.key:list_", "List keys, with only the first characters of each."),
    "key revoke": LazyCommand("app.cli.key:revoke", "Revoke a key permanently."),
    "person disable": LazyCommand(
        "app.cli.person:disable", "Refuse a person's keys and sign the person out."
    ),
    "person enable": LazyCommand("app.cli.person:enable", "Accept a disabled person's keys again."),
    "person list": LazyCommand("app.cli.person:list_", "List people with roles, keys and browsers."),
    "model set": LazyCommand("app.cli.model:set_", "Register a model or change its description."),
    "person sign-in": LazyCommand("app.cli.person:sign_in", "Print a link that signs a person in."),
    "person sign-out": LazyCommand("app.cli.person:sign_out", "Sign a person out of every browser."),
    "report": LazyCommand("app.cli.report:report", "Write a study's report: one folder to publish."),
    "serve": LazyCommand("app.cli.serve:serve", "Start the server on an up-to-date database."),
    "study annotators": LazyCommand(
        "app.cli.annotators:list_", "List a study's annotators with figures and flags."
    ),
    "study archive": LazyCommand("app.cli.study_deletion:archive", "Hide a study from the list."),
    "study check": LazyCommand("app.cli.study_progress:check", "Compare a study's counters with a recount."),
    "study close": LazyCommand("app.cli.study:close", "Close a study: no more votes."),
    "study create": LazyCommand("app.cli.study:create", "Create a study as a draft."),
    "study dashboard": LazyCommand(
        "app.cli.study_dashboard:dashboard", "Print a study's progress and reported clips."
    ),
    "study delete": LazyCommand("app.cli.study_deletion:delete", "Delete a study with its votes."),
    "study judge": LazyCommand(
        "app.cli.study_judge:judge", "Let the automatic judge vote in a draft, and close the study."
    ),
    "study duplicate": LazyCommand("app.cli.study_draft:duplicate", "Copy a study to a new draft."),
    "study platform": LazyCommand(
        "app.cli.study_platform:platform", "Read and set completion codes and return URLs."
    ),
    "study answers": LazyCommand(
        "app.cli.study_answers:answers", "Print consents, questionnaire answers and comments."
    ),
    "study payments": LazyCommand(
        "app.cli.study_payments:payments", "Print which participants finished, and whom to approve."
    ),
    "study dismiss-flag": LazyCommand(
        "app.cli.annotator_flags:dismiss", "Dismiss a flag of an annotator, with a reason."
    ),
    "study edit": LazyCommand("app.cli.study_draft:edit", "Change a draft."),
    "study extend": LazyCommand(
        "app.cli.study_extension:extend", "Add matchups or votes to a running study."
    ),
    "study end-pilot": LazyCommand(
        "app.cli.study_extension:end_pilot", "End a pilot; new annotators' votes count."
    ),
    "study exclude": LazyCommand(
        "app.cli.annotators:exclude", "Exclude an annotator's votes from the results."
    ),
    "study invite": LazyCommand("app.cli.invitations:invite", "Create and print invitation links."),
    "study list": LazyCommand("app.cli.study_progress:list_", "List studies and their progress."),
    "study merge": LazyCommand(
        "app.cli.study_merge:merge", "Merge a study's votes with the report of another server."
    ),
    "study open": LazyCommand("app.cli.study:open_", "Open a draft or resume a paused study."),
    "study pause": LazyCommand("app.cli.study:pause", "Pause a study: annotators get no comparisons."),
    "study protocols": LazyCommand(
        "app.cli.study_extension:protocols", "List the versions of a study's protocol."
    ),
    "study reinstate": LazyCommand(
        "app.cli.annotators:reinstate", "Reinstate an annotator's excluded votes."
    ),
    "study reopen": LazyCommand("app.cli.study_extension:reopen", "Open a closed study again."),
    "study restore-flag": LazyCommand("app.cli.annotator_flags:restore", "Restore a dismissed flag."),
    "study restore": LazyCommand("app.cli.study_deletion:restore", "Cancel the deletion of a study."),
    "study share": LazyCommand("app.cli.share:study", "Print or set who sees a study."),
    "study unarchive": LazyCommand("app.cli.study_deletion:unarchive", "Show an archived study again."),
    "study simulate": LazyCommand(
        "app.cli.study_simulate:simulate", "Let simulated annotators take part in a copy of a study."
    ),
    "study status": LazyCommand("app.cli.study_progress:status", "Print the progress of a study."),
    "submission gold": LazyCommand(
        "app.cli.gold_clips:gold", "Print, confirm, reject or discard the gold questions of a submission."
    ),
    "submission make-gold": LazyCommand(
        "app.cli.gold_clips:make", "Make wrong clips for gold questions from a submission."
    ),
    "submission list": LazyCommand("app.cli.submission:list_", "List submissions."),
    "submission show": LazyCommand("app.cli.submission:show", "Print a submission and its missing clips."),
    "submission withdraw": LazyCommand(
        "app.cli.submission:withdraw", "Withdraw a submission from every running study."
    ),
    "submission share": LazyCommand("app.cli.share:submission", "Print or set who sees a submission."),
    "submit": LazyCommand("app.cli.submit:submit", "Upload a folder of clips as a submission."),
    "up": LazyCommand("app.cli.serve:up", "Upgrade the database, load the demo, start the server."),
    "votes import": LazyCommand("app.cli.votes:import_", "Import votes from another system as a study."),
}
