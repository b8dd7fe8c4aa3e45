"""`ti2v study archive | unarchive | delete | restore`: hides and deletes studies."""

from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options

if TYPE_CHECKING:
    from benchmark.wire.studies import StudyResponse


@click.command()
@click.argument("slug")
@server_options
def archive(slug: str, server: str | None, key: str | None) -> None:
    """Hide the study SLUG from the list of studies, and print the slug."""
    click.echo(_change("archive", slug, server, key).slug)


@click.command()
@click.argument("slug")
@server_options
def unarchive(slug: str, server: str | None, key: str | None) -> None:
    """Show the archived study SLUG in the list of studies again, and print the slug."""
    click.echo(_change("unarchive", slug, server, key).slug)


@click.command()
@click.argument("slug")
@click.option("--confirm", help="The slug of the study again; without this option the command asks for it.")
@server_options
def delete(slug: str, confirm: str | None, server: str | None, key: str | None) -> None:
    """Delete the study SLUG with its votes, and print the time until which it can be restored."""
    typed = confirm or click.prompt(f"Type {slug} to delete the study with its votes", err=True)
    if typed.strip() != slug:
        raise click.ClickException("The slug is wrong, so nothing was deleted.")
    study = _change("delete", slug, server, key)
    click.echo(study.deletes_at and f"{study.deletes_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"Until then you can restore it: ti2v study restore {slug}", err=True)


@click.command()
@click.argument("slug")
@server_options
def restore(slug: str, server: str | None, key: str | None) -> None:
    """Cancel the deletion of the study SLUG, and print its status."""
    click.echo(_change("restore", slug, server, key).status)


def _change(verb: str, slug: str, server: str | None, key: str | None) -> "StudyResponse":
    if not server:
        return _change_here(verb, slug)
    with open_client(server, key) as client:
        study: StudyResponse = getattr(client.studies, verb)(slug)
        return study


def _change_here(verb: str, slug: str) -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.participants import lock_study
    from app.security.visibility import find_study
    from app.studies import deletion
    from app.studies.queries import study_response

    with local_write() as local:
        found = find_study(
            local.session, slug=slug, principal=local.principal, for_change=True, with_deleted=True
        )
        study = lock_study(local.session, found.id)
        principal, now = local.principal, local.now
        if verb == "delete":
            deletion.delete_study(local.session, study=study, typed=slug, principal=principal, now=now)
        else:
            change = {
                "archive": deletion.archive_study,
                "unarchive": deletion.unarchive_study,
                "restore": deletion.restore_study,
            }[verb]
            change(local.session, study=study, principal=principal, now=now)
        return study_response(local.session, study)
