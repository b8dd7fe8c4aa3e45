"""`ti2v study create | open | pause | close`: runs studies on a server or in this machine's database."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.server_options import open_client, server_options
from app.cli.study_allocation import allocation_options
from app.cli.study_files import (
    language_option,
    offer_option,
    phases_option,
    read_toml,
    rules_option,
    translations_option,
)
from app.cli.study_pay import hourly_pay, pay_options
from app.cli.study_progress import print_losses
from benchmark.protocol import RenditionRecipe, StudyStatus, WatchGate

if TYPE_CHECKING:
    from benchmark.wire.studies import StudyResponse


@click.command()
@click.argument("slug")
@click.option("--benchmark", required=True, help="Slug of the benchmark; its newest version is used.")
@click.option(
    "--matchup",
    "matchups",
    multiple=True,
    required=True,
    metavar="REF:OTHER",
    help="Two submissions to compare, each as model, model@label or id, with #SEED to choose "
    "the clips of a seed; repeatable.",
)
@click.option("--title", help="Title shown to annotators (default: the slug).")
@click.option(
    "--instructions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text file with instructions that annotators read first.",
)
# These parameters are named like the fields of POST /studies, and their values are sent unchanged.
@click.option(
    "--votes",
    "votes_per_comparison",
    default=5,
    show_default=True,
    help="Number of votes per comparison; odd.",
)
@click.option(
    "--renditions",
    type=click.Choice([recipe.value for recipe in RenditionRecipe]),
    default=RenditionRecipe.REMUX.value,
    show_default=True,
    help="How the clips are prepared for annotators (docs/media.md).",
)
@click.option(
    "--watch-gate",
    type=click.Choice([gate.value for gate in WatchGate]),
    default=WatchGate.DELIVERED.value,
    show_default=True,
    help="Whether to refuse a vote until both clips were delivered completely.",
)
@click.option("--lease-s", default=900, show_default=True, help="Lease of an assignment, seconds.")
@click.option(
    "--per-annotator",
    "comparisons_per_annotator",
    type=int,
    help="Maximum number of comparisons per annotator (default: no limit).",
)
@click.option(
    "--require-justification/--no-require-justification",
    default=True,
    show_default=True,
    help="Whether a vote needs at least one reason.",
)
@click.option(
    "--gold",
    type=click.IntRange(1, 1000),
    help="Number of gold questions per annotator, mixed among the comparisons (default: none).",
)
@click.option("--seed", type=int, help="Seed of the order of comparisons (default: random).")
@phases_option
@rules_option
@allocation_options
@pay_options
@language_option
@offer_option
@translations_option
@server_options
def create(
    slug: str,
    benchmark: str,
    matchups: tuple[str, ...],
    title: str | None,
    instructions: Path | None,
    gold: int | None,
    phases: Path | None,
    rules: Path | None,
    pay: tuple[str, str] | None,
    fee_percent: str,
    allocation: dict[str, Any] | None,
    language: str | None,
    languages: tuple[str, ...],
    translations: Path | None,
    server: str | None,
    key: str | None,
    **protocol: str | int | bool | None,
) -> None:
    """Create the study SLUG as a draft, and print the slug."""
    draft = {
        "slug": slug,
        "title": title or slug,
        "benchmark": benchmark,
        "instructions": instructions.read_text(encoding="utf-8") if instructions else "",
        "gold": {"count": gold} if gold else None,
        "phases": read_toml(phases) if phases else None,
        "rules": read_toml(rules) if rules else None,
        "hourly_pay": hourly_pay(pay, fee_percent),
        "allocation": allocation,
        "translations": read_toml(translations) if translations else {},
        **({"language": language} if language else {}),
        **({"languages": languages} if languages else {}),
        **protocol,
    }
    created = _create_on_server(draft, matchups, server, key) if server else _create_here(draft, matchups)
    click.echo(created.slug)
    print_losses(created)
    click.echo(f"The study is a draft. Open it with: ti2v study open {created.slug}", err=True)


@click.command("open")
@click.argument("slug")
@click.option("--pilot", is_flag=True, help="Open the draft as a pilot, in which no vote counts.")
@server_options
def open_(slug: str, pilot: bool, server: str | None, key: str | None) -> None:
    """Open the draft SLUG, or resume the paused study SLUG, and print the new status."""
    if pilot:
        from app.cli.study_extension import change_study

        print_losses(change_study("start_pilot", slug, server, key))
        click.echo("pilot")
        return
    _change_status(slug, StudyStatus.OPEN, server, key)


@click.command()
@click.argument("slug")
@server_options
def pause(slug: str, server: str | None, key: str | None) -> None:
    """Pause the study SLUG and print the new status; annotators get no comparisons until you resume SLUG."""
    _change_status(slug, StudyStatus.PAUSED, server, key)


@click.command()
@click.argument("slug")
@server_options
def close(slug: str, server: str | None, key: str | None) -> None:
    """Close SLUG, which makes its results final, and print the new status."""
    _change_status(slug, StudyStatus.CLOSED, server, key)


def _create_on_server(
    draft: Mapping[str, object], matchups: Sequence[str], server: str, key: str | None
) -> "StudyResponse":
    from app.cli.submission_refs import study_request

    with open_client(server, key) as client:
        benchmark = client.benchmarks.get(str(draft["benchmark"]))
        known = client.submissions.list(benchmark=benchmark.slug, visible=True)
        request = study_request(draft, matchups, known, benchmark.version)
        return client.studies.create(request)


def _create_here(draft: Mapping[str, object], matchups: Sequence[str]) -> "StudyResponse":
    from app.benchmarks.service import find_benchmark
    from app.cli.local import local_write
    from app.cli.submission_refs import study_request
    from app.studies import service
    from app.studies.queries import study_response
    from app.submissions.queries import SUBMISSIONS, SubmissionFilter, submissions_page

    with local_write() as local:
        benchmark = find_benchmark(local.session, str(draft["benchmark"]), principal=local.principal)
        wanted = SubmissionFilter(benchmark=benchmark.slug, visible=True)
        known = submissions_page(local.session, local.principal, wanted, SUBMISSIONS.everything()).submissions
        request = study_request(draft, matchups, known, benchmark.version)
        study = service.create_study(local.session, request=request, principal=local.principal, now=local.now)
        return study_response(local.session, study)


def _change_status(slug: str, to: StudyStatus, server: str | None, key: str | None) -> None:
    if server:
        with open_client(server, key) as client:
            study = client.studies.change_status(slug, to)
    else:
        study = _change_status_here(slug, to)
    click.echo(study.status)
    if to is StudyStatus.OPEN:
        print_losses(study)


def _change_status_here(slug: str, to: StudyStatus) -> "StudyResponse":
    from app.cli.local import local_write
    from app.clock import utc_now
    from app.security.participants import lock_study
    from app.security.visibility import find_study
    from app.studies import service
    from app.studies.queries import study_response

    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        study = lock_study(local.session, found.id)
        service.TRANSITIONS[to](local.session, study=study, principal=local.principal, now=utc_now())
        return study_response(local.session, study)
