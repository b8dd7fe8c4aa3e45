"""`ti2v export`: a study's tables as files."""

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import TableFormat, TableName


@click.command()
@click.argument("study")
@click.option(
    "--table",
    type=click.Choice([each.value for each in TableName]),
    default=TableName.PREFERENCES.value,
    show_default=True,
    help="Which table.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice([each.value for each in TableFormat]),
    default=TableFormat.CSV.value,
    show_default=True,
    help="As what.",
)
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Where to; - is stdout.")
@server_options
def export(
    study: str, table: str, file_format: str, output: str, server: str | None, key: str | None
) -> None:
    """Write a table of STUDY; docs/tables.md explains every column."""
    from benchmark.cli.output import write_output

    wanted, form = TableName(table), TableFormat(file_format)
    if server:
        with open_client(server, key) as client, client.results.export(study, wanted, form) as chunks:
            write_output(chunks, output)
        return
    from app.cli.local import READER, open_database, open_settings
    from app.results.exports import export_table

    with open_database(open_settings()) as database:
        chunks = export_table(database, slug=study, principal=READER, table=wanted, file_format=form)
        write_output(chunks, output)
