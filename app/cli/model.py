"""`ti2v model`: registers models under evaluation."""

from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, print_rows
from app.cli.server_options import open_client, server_options

if TYPE_CHECKING:
    from benchmark.wire.submissions import ModelRequest, ModelResponse

_FIELDS = ("name", "description", "url", "licence")


@click.command("set")
@click.argument("slug")
@click.option("--name", help="Name that pages show (default: the slug).")
@click.option("--description", help="Text about the model.")
@click.option("--url", help="Address of the paper or project, beginning with http:// or https://.")
@click.option("--licence", help="Licence of the weights, such as apache-2.0.")
@format_option
@server_options
def set_(
    slug: str,
    name: str | None,
    description: str | None,
    url: str | None,
    licence: str | None,
    row_format: str,
    server: str | None,
    key: str | None,
) -> None:
    """Register the model SLUG, or change the given fields of a registered model, and print the model."""
    given = {"name": name, "description": description, "url": url, "licence": licence}
    changes = {field: value for field, value in given.items() if value is not None}
    model = _set_on_server(slug, changes, server, key) if server else _set_here(slug, changes)
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(model.model_dump(mode="json"))
    else:
        print_rows([{name: getattr(model, name) for name in ("slug", *_FIELDS)}], row_format)


def _set_on_server(slug: str, changes: dict[str, str], server: str, key: str | None) -> "ModelResponse":
    from benchmark.client.errors import Refused

    with open_client(server, key) as client:
        try:
            before = client.models.get(slug)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            before = None
        return client.models.put(slug, _request(slug, before, changes))


def _set_here(slug: str, changes: dict[str, str]) -> "ModelResponse":
    from app.cli.local import local_write
    from app.submissions.repository import model_of
    from app.submissions.service import register_model
    from benchmark.wire.submissions import ModelResponse

    with local_write() as local:
        row = model_of(local.session, slug)
        before = None if row is None else ModelResponse.model_validate(row)
        request = _request(slug, before, changes)
        changed = register_model(
            local.session, slug=slug, request=request, principal=local.principal, now=local.now
        )
        return ModelResponse.model_validate(changed)


def _request(slug: str, before: "ModelResponse | None", changes: dict[str, str]) -> "ModelRequest":
    """Return the complete request body for PUT: the model's stored fields, updated with the changes."""
    from benchmark.wire.submissions import ModelRequest
    from benchmark.wire.validation import checked_request

    known = {field: getattr(before, field) for field in _FIELDS} if before else {"name": slug}
    return checked_request(ModelRequest, **(known | changes))
