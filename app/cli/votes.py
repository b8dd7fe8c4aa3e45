"""`ti2v votes`: votes cast elsewhere."""

from pathlib import Path

import click


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--study", required=True, metavar="SLUG", help="The study to make of them; it must be new.")
@click.option("--benchmark", required=True, metavar="SLUG", help="The benchmark whose pairs were voted on.")
@click.option(
    "--map",
    "columns",
    multiple=True,
    required=True,
    metavar="COLUMN=SOURCE",
    help="Map a column of FILE to one of ours; repeatable.",
)
@click.option("--reference", metavar="MODEL", help="The model that is the reference wherever it takes part.")
@click.option("--title", help="What pages call the study; its slug otherwise.")
@click.option(
    "--owner", metavar="NAME", help="The researcher whose study it is; else this machine's operator."
)
@click.option("--dry-run", is_flag=True, help="Check everything and list all problems; import nothing.")
def import_(
    file: Path,
    study: str,
    benchmark: str,
    columns: tuple[str, ...],
    reference: str | None,
    title: str | None,
    owner: str | None,
    dry_run: bool,
) -> None:
    """Import FILE, a CSV of votes cast in a study run elsewhere, as a closed study of its own.

    Every problem is listed at once with its row, and then nothing is imported. The same votes again change
    nothing. Prints the study's slug.
    """
    from app.benchmarks.service import find_benchmark
    from app.cli.local import open_database, open_settings, owner_named
    from app.cli.output import progress
    from app.clock import utc_now
    from app.vote_import.service import ImportedSource, is_imported_already, parts_of, store_study
    from app.vote_import.validation import plan_import
    from benchmark.plurals import counted
    from benchmark.votes.imported import ColumnMapping, parse_mapping, read_external_table

    mapping = ColumnMapping(parse_mapping(columns), reference=reference)
    source = ImportedSource(title=title or study, file=file.name)
    table = read_external_table(file)
    if "status" in table.columns:
        click.echo("Column 'status' is ignored; every row is imported.", err=True)
    with open_database(open_settings()) as database, database.write() as session:
        now = utc_now()
        plan = plan_import(
            session, table=table, mapping=mapping, study=study, benchmark=find_benchmark(session, benchmark)
        )
        is_there = is_imported_already(session, plan)
        if not is_there and not dry_run:
            principal = owner_named(session, owner, now=now)
            with progress("Parts", parts_of(plan)) as step:
                store_study(session, plan=plan, source=source, principal=principal, now=now, on_part=step)
    votes = plan.votes
    sizes = {"vote": len(votes), "matchup": len(votes.matchups), "annotator": len(votes.annotators)}
    size = ", ".join(counted(number, noun) for noun, number in sizes.items())
    outcome = (
        "there already, nothing changed" if is_there else "nothing imported yet" if dry_run else "imported"
    )
    click.echo(f"{size}: {outcome}.", err=True)
    click.echo(study)
