"""`ti2v benchmark|submission|study share`: sets visibility, on a server or in the local database."""

from collections.abc import Callable

import click

from app.cli.server_options import open_client, server_options
from benchmark.protocol import ShareSubject, Visibility
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--public", is_flag=True, help="Everybody sees it."),
        click.option("--private", is_flag=True, help="Only the owner and admins see it."),
        click.option(
            "--with",
            "people",
            multiple=True,
            metavar="NAME",
            help="Only this person, the owner and admins see it; repeatable.",
        ),
    ):
        command = option(command)
    return server_options(command)


@click.command()
@click.argument("slug")
@_options
def benchmark(
    slug: str, public: bool, private: bool, people: tuple[str, ...], server: str | None, key: str | None
) -> None:
    """Print the visibility of the benchmark SLUG, or set the visibility of all its versions."""
    _share(ShareSubject.BENCHMARK, slug, _request(public, private, people), server, key)


@click.command()
@click.argument("submission_id", metavar="ID")
@_options
def submission(
    submission_id: str,
    public: bool,
    private: bool,
    people: tuple[str, ...],
    server: str | None,
    key: str | None,
) -> None:
    """Print or set the visibility of the submission ID."""
    _share(ShareSubject.SUBMISSION, submission_id, _request(public, private, people), server, key)


@click.command()
@click.argument("slug")
@_options
def study(
    slug: str, public: bool, private: bool, people: tuple[str, ...], server: str | None, key: str | None
) -> None:
    """Print or set the visibility of the study SLUG and its results."""
    _share(ShareSubject.STUDY, slug, _request(public, private, people), server, key)


def _request(public: bool, private: bool, people: tuple[str, ...]) -> VisibilityRequest | None:
    """Return the change that the options request; None if the command only prints the visibility.

    Raises:
        click.UsageError: more than one of --public, --private and --with is given.
    """
    if public + private + bool(people) > 1:
        raise click.UsageError("Give only one of --public, --private and --with NAME.")
    if public:
        return VisibilityRequest(visibility=Visibility.PUBLIC)
    if private:
        return VisibilityRequest(visibility=Visibility.PRIVATE)
    return VisibilityRequest(visibility=Visibility.SHARED, people=people) if people else None


def _share(
    kind: ShareSubject, name: str, request: VisibilityRequest | None, server: str | None, key: str | None
) -> None:
    found = _on_server(kind, name, request, server, key) if server else _here(kind, name, request)
    click.echo(found.visibility)
    for person in found.people:
        click.echo(f"  {person}")


def _on_server(
    kind: ShareSubject, name: str, request: VisibilityRequest | None, server: str, key: str | None
) -> VisibilityResponse:
    with open_client(server, key) as client:
        if request is None:
            return client.visibility.get(kind, name)
        return client.visibility.set(kind, name, request.visibility, request.people)


def _here(kind: ShareSubject, name: str, request: VisibilityRequest | None) -> VisibilityResponse:
    from app.cli.local import local_read, local_write
    from app.clock import utc_now
    from app.sharing.service import find_own, set_visibility, visibility_of

    if request is None:
        with local_read() as local:
            return visibility_of(
                local.session, find_own(local.session, kind, name, principal=local.principal)
            )
    with local_write() as local:
        subject = find_own(local.session, kind, name, principal=local.principal, is_locked=True)
        return set_visibility(local.session, subject, request, principal=local.principal, now=utc_now())
