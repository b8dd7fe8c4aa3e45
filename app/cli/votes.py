"""`ti2v votes import`: imports votes from another system as a study."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from benchmark.cli.problems import verbose_option
from benchmark.plurals import counted


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--study", required=True, metavar="SLUG", help="Slug of the new study.")
@click.option(
    "--benchmark", required=True, metavar="SLUG", help="Slug of the benchmark whose pairs were voted on."
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    required=True,
    metavar="COLUMN=SOURCE",
    help="Name the column of FILE that contains one of our columns; repeatable.",
)
@click.option(
    "--reference", metavar="MODEL", help="Model that is the reference in every matchup that includes it."
)
@click.option(
    "--answers",
    type=click.Choice(["sides", "positions"]),
    help="Whether answers are names of sides or positions such as left (default: detect).",
)
@click.option("--title", help="Title of the study (default: the slug).")
@click.option("--owner", metavar="NAME", help="Owner of the study (default: the operator of this machine).")
@click.option("--dry-run", is_flag=True, help="Check the file and list all problems; import nothing.")
@click.option("--server", metavar="URL", help="Server to import to; the study belongs to you.")
@click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="Your key on that server.")
@verbose_option
def import_(
    file: Path,
    study: str,
    benchmark: str,
    columns: tuple[str, ...],
    reference: str | None,
    answers: str | None,
    title: str | None,
    owner: str | None,
    dry_run: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Import the votes table FILE of another system (csv, tsv, jsonl or parquet) as a new closed study.

    If FILE has problems, the command lists every problem with its line number, and imports nothing. Importing
    the same votes again changes nothing. The command prints the study's slug. A server does not accept
    Parquet.
    """
    wanted = _Import(file, study, benchmark, columns, reference, answers, title, dry_run)
    if not server:
        _import_here(wanted, owner)
    elif owner:
        raise click.UsageError("On a server the study belongs to the owner of the key. Omit --owner.")
    else:
        _import_on_server(wanted, server, key)
    click.echo(study)


@dataclass(frozen=True)
class _Import:
    """The options of an import into a server or into this machine's database."""

    file: Path
    study: str
    benchmark: str
    columns: tuple[str, ...]
    reference: str | None
    answers: str | None
    title: str | None
    dry_run: bool


def _import_on_server(wanted: _Import, server: str, key: str | None) -> None:
    from app.cli.server_options import open_client
    from app.cli.server_tasks import finished_task
    from benchmark.votes.imported import parse_mapping

    with open_client(server, key) as client:
        queued = client.imports.votes(
            wanted.file,
            study=wanted.study,
            benchmark=wanted.benchmark,
            columns=parse_mapping(wanted.columns),
            reference=wanted.reference,
            answers=wanted.answers,
            title=wanted.title or "",
            dry_run=wanted.dry_run,
        )
        result = finished_task(client, queued)
    _print_outcome(
        {name: result[f"{name}s"] for name in ("vote", "matchup", "annotator")},
        is_imported=bool(result["imported"]),
        is_dry_run=wanted.dry_run,
    )


def _import_here(wanted: _Import, owner: str | None) -> None:
    from app.benchmarks.service import find_benchmark
    from app.cli.local import READER, open_database, open_settings, owner_named
    from app.cli.output import progress
    from app.clock import utc_now
    from app.vote_import.service import ImportedSource, is_imported_already, parts_of, store_study
    from app.vote_import.validation import plan_import
    from benchmark.votes.imported import Answers, ColumnMapping, parse_mapping, read_external_table

    mapping = ColumnMapping(
        parse_mapping(wanted.columns),
        reference=wanted.reference,
        answers=Answers(wanted.answers) if wanted.answers else None,
    )
    source = ImportedSource(title=wanted.title or wanted.study, file=wanted.file.name)
    table = read_external_table(wanted.file, mapping)
    if "status" in table.header:
        click.echo("Column 'status' is ignored; every row is imported.", err=True)
    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        plan = plan_import(
            session,
            table=table,
            mapping=mapping,
            study=wanted.study,
            benchmark=find_benchmark(session, wanted.benchmark, principal=READER),
        )
        is_there = is_imported_already(session, plan)
        if not is_there and not wanted.dry_run:
            principal = owner_named(session, owner, now=now)
            with progress("Parts", parts_of(plan)) as step:
                store_study(session, plan=plan, source=source, principal=principal, now=now, on_part=step)
    votes = plan.votes
    sizes = {"vote": len(votes), "matchup": len(votes.matchups), "annotator": len(votes.annotators)}
    _print_outcome(
        sizes, is_imported=not is_there and not wanted.dry_run, is_dry_run=wanted.dry_run and not is_there
    )


def _print_outcome(sizes: Mapping[str, int], *, is_imported: bool, is_dry_run: bool) -> None:
    size = ", ".join(counted(number, noun) for noun, number in sizes.items())
    outcome = "imported before, nothing changed"
    if is_imported:
        outcome = "imported"
    elif is_dry_run:
        outcome = "nothing imported (dry run)"
    click.echo(f"{size}: {outcome}.", err=True)
