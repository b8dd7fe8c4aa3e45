"""`ti2v study dismiss-flag | restore-flag`: dismisses a flag of an annotator, and restores the flag."""

import click

from app.cli.annotators import reason_option
from app.cli.server_options import open_client, server_options
from benchmark.protocol import Flag

flag_argument = click.argument("flag", type=click.Choice([each.value for each in Flag]))


@click.command("dismiss-flag")
@click.argument("slug")
@click.argument("annotator")
@flag_argument
@reason_option
@server_options
def dismiss(slug: str, annotator: str, flag: str, reason: str, server: str | None, key: str | None) -> None:
    """Dismiss a FLAG of ANNOTATOR in SLUG.

    The votes stay as they are. `ti2v study restore-flag` restores the flag.
    """
    if server:
        with open_client(server, key) as client:
            client.studies.dismiss_flag(slug, annotator, Flag(flag), reason)
    else:
        _change_here(slug, annotator, Flag(flag), reason)
    click.echo(f"dismissed {flag}")


@click.command("restore-flag")
@click.argument("slug")
@click.argument("annotator")
@flag_argument
@server_options
def restore(slug: str, annotator: str, flag: str, server: str | None, key: str | None) -> None:
    """Restore a dismissed FLAG of ANNOTATOR in SLUG."""
    if server:
        with open_client(server, key) as client:
            client.studies.restore_flag(slug, annotator, Flag(flag))
    else:
        _change_here(slug, annotator, Flag(flag), None)
    click.echo(f"restored {flag}")


def _change_here(slug: str, annotator: str, flag: Flag, reason: str | None) -> None:
    """Dismiss the flag with a reason; restore the flag if the reason is None."""
    from app.annotators import flags
    from app.annotators.audit import Decision
    from app.annotators.service import find_annotator
    from app.cli.local import local_write
    from app.security.visibility import find_study

    with local_write() as local:
        session, principal = local.session, local.principal
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        person = find_annotator(session, study=study, pseudonym=annotator)
        if reason is None:
            decision = Decision("", principal.name, local.now)
            flags.restore_flag(session, study=study, annotator=person, flag=flag, decision=decision)
        else:
            flags.require_flag(session, study=study, annotator=person, flag=flag)
            decision = Decision.of(reason, principal=principal, now=local.now)
            flags.dismiss_flag(session, study=study, annotator=person, flag=flag, decision=decision)
