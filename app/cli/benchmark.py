"""`ti2v benchmark`: imports, lists and checks benchmarks."""

import click

from app.cli.output import format_option, print_rows, progress
from benchmark.cli.problems import verbose_option
from benchmark.plurals import counted


@click.command("import")
@click.argument("place", metavar="PATH_OR_HF")
@click.option("--slug", help="Slug of the benchmark (default: name of the folder or dataset).")
@click.option("--title", help="Title on pages (default: the authors' title, or the slug).")
@click.option(
    "--owner", metavar="NAME", help="Researcher who owns the benchmark; without an owner it is public."
)
@click.option(
    "--server", metavar="URL", help="Server to import to; the benchmark is private and belongs to you."
)
@click.option("--key", envvar="TI2V_KEY", show_envvar=True, help="Your key on that server.")
@verbose_option
def import_(
    place: str, slug: str | None, title: str | None, owner: str | None, server: str | None, key: str | None
) -> None:
    """Import a folder, a table or hf://OWNER/NAME[@REVISION] as a benchmark; print its slug and version.

    Changed content becomes the next version; importing the same content again changes nothing. If there are
    problems, the command lists all of them and imports nothing.
    """
    if server:
        if owner:
            raise click.UsageError("On a server the benchmark belongs to the owner of the key. Omit --owner.")
        _import_on_server(place, slug, title, server, key)
    else:
        _import_here(place, slug, title, owner)


def _import_on_server(place: str, slug: str | None, title: str | None, server: str, key: str | None) -> None:
    from app.cli.server_options import open_client
    from app.cli.server_tasks import finished_task
    from benchmark.importers.reader import default_slug

    with open_client(server, key) as client:
        queued = client.imports.benchmark(place, slug=slug or default_slug(place), title=title or "")
        result = finished_task(client, queued)
    click.echo(f"{queued.subject} {result['version']}")
    click.echo(f"{counted(result['pairs'], 'pair')} on {counted(result['images'], 'image')}.", err=True)


def _import_here(place: str, slug: str | None, title: str | None, owner: str | None) -> None:
    from app.benchmarks.images import store_images
    from app.benchmarks.service import import_benchmark
    from app.cli.audit import ACTOR
    from app.cli.local import open_database, open_settings, owner_named
    from app.clock import utc_now
    from app.media.sandbox import Sandbox
    from app.media.store import open_store
    from benchmark.importers.reader import default_slug, read_benchmark

    settings = open_settings()
    with open_database(settings) as database:
        source = read_benchmark(place)
        slug = slug or default_slug(place)
        store = open_store(settings.effective_media_url)
        with (
            Sandbox(children=settings.sandbox_processes) as sandbox,
            progress("Images", len(source.images)) as step,
        ):
            images = store_images(source, store=store, sandbox=sandbox, on_image=step)
        with database.write() as session:
            now = utc_now()
            imported = import_benchmark(
                session,
                source=source,
                images=images,
                slug=slug,
                title=title or source.title or slug,
                now=now,
                actor=ACTOR,
                owner_id=owner_named(session, owner, now=now).person_id if owner else None,
            )
            click.echo(f"{imported.slug} {imported.version}")
    if source.remark:
        click.echo(source.remark, err=True)
    click.echo(f"{counted(len(source.pairs), 'pair')} on {counted(len(source.images), 'image')}.", err=True)


@click.command("list")
@format_option
def list_(row_format: str) -> None:
    """List the newest version of every benchmark."""
    from app.benchmarks.profile import benchmark_shape
    from app.benchmarks.service import newest_benchmarks
    from app.cli.local import READER, open_database, open_settings

    rows = []
    with open_database(open_settings()) as database, database.read() as session:
        for benchmark in newest_benchmarks(session, principal=READER):
            shape = benchmark_shape(session, benchmark)
            rows.append(
                {
                    "slug": benchmark.slug,
                    "version": benchmark.version,
                    "pairs": shape.pairs,
                    "images": shape.images,
                    "prompts": shape.prompts,
                    "scenarios": shape.scenarios,
                    "title": benchmark.title,
                    "source": benchmark.source,
                    "licence": benchmark.licence,
                }
            )
    print_rows(rows, row_format)


@click.command()
@click.argument("slug")
@format_option
def show(slug: str, row_format: str) -> None:
    """Print the row of SLUG as in the paper's Table 1: pairs, unique media and texts, type, evaluation."""
    from app.benchmarks.profile import benchmark_profile
    from app.benchmarks.service import find_benchmark
    from app.cli.local import READER, open_database, open_settings

    with open_database(open_settings()) as database, database.read() as session:
        benchmark = find_benchmark(session, slug, principal=READER)
        print_rows([vars(benchmark_profile(session, benchmark))], row_format)


@click.command()
@click.argument("slug")
@format_option
def check(slug: str, row_format: str) -> None:
    """Compare SLUG's size with the official TI2V Bench, and check that every image is in the media store."""
    from app.benchmarks.images import missing_images
    from app.benchmarks.profile import benchmark_shape, differences_from_official
    from app.benchmarks.service import find_benchmark
    from app.cli.local import READER, open_database, open_settings
    from app.errors import NotFound
    from app.media.store import open_store

    settings = open_settings()
    with open_database(settings) as database, database.read() as session:
        benchmark = find_benchmark(session, slug, principal=READER)
        shape = benchmark_shape(session, benchmark)
        lost = missing_images(session, benchmark, store=open_store(settings.effective_media_url))
    fewest, most = shape.images_per_scenario
    row = {**vars(shape), "images_per_scenario": f"{fewest}-{most}", "images_missing": len(lost)}
    print_rows([row], row_format)
    differences = differences_from_official(shape)
    for difference in differences:
        click.echo(difference, err=True)
    if not differences:
        click.echo("The numbers of pairs, images, prompts and scenarios equal those of TI2V Bench.", err=True)
    if lost:
        raise NotFound(
            f"{counted(len(lost), 'image')} missing from the media store. To restore them, import {slug} "
            "again.",
            problems=lost,
        )
