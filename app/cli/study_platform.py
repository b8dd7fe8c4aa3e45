"""`ti2v study platform`: reads and sets the completion codes and return URLs of a study."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.server_options import open_client, server_options
from app.cli.study_files import read_toml

if TYPE_CHECKING:
    from benchmark.wire.platforms import Platform


@click.command()
@click.argument("slug")
@click.option(
    "--set",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with the new codes and return URLs (docs/crowd-studies.md).",
)
@server_options
def platform(slug: str, file: Path | None, server: str | None, key: str | None) -> None:
    """Print the study's completion codes and return URLs as JSON; if a file is given, first set them."""
    from benchmark.wire.platforms import Platform
    from benchmark.wire.validation import checked_request

    wanted = checked_request(Platform, **read_toml(file)) if file else None
    click.echo((_on_server if server else _here)(slug, wanted, server, key).model_dump_json(indent=2))


def _on_server(slug: str, wanted: "Platform | None", server: str | None, key: str | None) -> "Platform":
    with open_client(server, key) as client:
        return client.studies.set_platform(slug, wanted) if wanted else client.studies.platform(slug)


def _here(slug: str, wanted: "Platform | None", _server: str | None, _key: str | None) -> "Platform":
    from app.cli.local import local_write
    from app.platforms.service import set_platform, study_platform
    from app.security.participants import lock_study
    from app.security.visibility import find_study

    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        study = lock_study(local.session, found.id)
        if wanted is not None:
            set_platform(
                local.session, study=study, platform=wanted, principal=local.principal, now=local.now
            )
        return study_platform(study)
