"""`ti2v audit verify`: computes every hash of the audit log again."""

from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options

if TYPE_CHECKING:
    from benchmark.wire.audit_log import AuditCheckResponse


@click.command()
@click.option(
    "--head", metavar="HASH", help="The last hash that an earlier run printed; it must still be in the chain."
)
@server_options
def verify(head: str | None, server: str | None, key: str | None) -> None:
    """Check that no event of the audit log was changed, inserted or removed; print the last hash.

    Store the last hash where the operators of the server cannot change it, and pass this hash to the next
    check.
    """
    if head is not None and (len(head) != 64 or set(head) - set("0123456789abcdef")):
        raise click.BadParameter(
            "Use the 64 hexadecimal digits that an earlier run printed.", param_hint="--head"
        )
    found = _check_on_server(head, server, key) if server else _check_here(head)
    for problem in found.problems:
        click.echo(problem, err=True)
    if found.problems:
        raise click.ClickException("The audit log was changed outside the service.")
    click.echo(f"{found.events} events, unchanged", err=True)
    click.echo(found.head)


def _check_on_server(head: str | None, server: str, key: str | None) -> "AuditCheckResponse":
    with open_client(server, key) as client:
        return client.audit_events.check(head=head)


def _check_here(head: str | None) -> "AuditCheckResponse":
    from app.audit_log.queries import checked_chain
    from app.cli.local import local_read

    with local_read() as local:
        return checked_chain(local.session, known_head=head)
