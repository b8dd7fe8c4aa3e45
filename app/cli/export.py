"""`ti2v export`: writes a study's tables to files."""

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import NameStyle, TableFormat, TableName


@click.command()
@click.argument("study")
@click.option(
    "--table",
    type=click.Choice([each.value for each in TableName]),
    default=TableName.PREFERENCES.value,
    show_default=True,
    help="The table.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice([each.value for each in TableFormat]),
    default=TableFormat.CSV.value,
    show_default=True,
    help="File format.",
)
@click.option(
    "--columns",
    default="",
    metavar="LIST",
    help="Columns of Markdown and LaTeX, such as other,ti2v_score,interval, or all. Default: in Markdown "
    "all columns, in LaTeX those that fit a column of a paper.",
)
@click.option(
    "--names",
    type=click.Choice([each.value for each in NameStyle]),
    default=NameStyle.SLUGS.value,
    show_default=True,
    help="How Markdown and LaTeX name the sides: by slug or by the models' display names.",
)
@click.option("--output", default="-", show_default=True, metavar="FILE", help="Output file; - is stdout.")
@server_options
def export(
    study: str,
    table: str,
    file_format: str,
    columns: str,
    names: str,
    output: str,
    server: str | None,
    key: str | None,
) -> None:
    """Write a table of STUDY to a file or to stdout. docs/tables.md explains every column."""
    from benchmark.cli.output import write_output

    wanted, form, style = TableName(table), TableFormat(file_format), NameStyle(names)
    if server:
        with (
            open_client(server, key) as client,
            client.results.export(study, wanted, form, columns=columns, names=style) as chunks,
        ):
            write_output(chunks, output)
        return
    from app.cli.local import READER, open_database, open_settings
    from app.results.exports import export_table

    with open_database(open_settings()) as database:
        chunks = export_table(
            database,
            slug=study,
            principal=READER,
            table=wanted,
            file_format=form,
            columns=columns,
            names=style,
        )
        write_output(chunks, output)
