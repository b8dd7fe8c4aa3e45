"""`ti2v study edit | duplicate`: changes a draft, and copies a study to a new draft."""

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
from app.cli.submission_refs import matchup_named
from benchmark.protocol import RenditionRecipe, WatchGate

if TYPE_CHECKING:
    from benchmark.wire.drafts import DraftRequest
    from benchmark.wire.studies import StudyResponse
    from benchmark.wire.study_changes import DuplicateRequest


@click.command()
@click.argument("slug")
@click.option("--benchmark", help="Slug of the benchmark; its newest version is used.")
@click.option(
    "--matchup",
    "matchups",
    multiple=True,
    metavar="REF:OTHER",
    help="Replaces all matchups; each side as model, model@label or id, with #SEED to choose "
    "the clips of a seed; repeatable.",
)
@click.option("--title", help="Title shown to annotators.")
@click.option(
    "--instructions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text file with instructions that annotators read first.",
)
@click.option("--votes", "votes_per_comparison", type=int, help="Number of votes per comparison; odd.")
@click.option(
    "--renditions",
    type=click.Choice([each.value for each in RenditionRecipe]),
    help="How the clips are prepared for annotators.",
)
@click.option(
    "--watch-gate",
    type=click.Choice([each.value for each in WatchGate]),
    help="Whether to refuse a vote until both clips were delivered completely.",
)
@click.option("--lease-s", type=int, help="Lease of an assignment, seconds.")
@click.option(
    "--per-annotator", type=int, help="Maximum number of comparisons per annotator; 0 means no limit."
)
@click.option(
    "--require-justification/--no-require-justification",
    default=None,
    help="Whether a vote needs at least one reason.",
)
@click.option("--gold", type=click.IntRange(0, 1000), help="Gold questions per annotator; 0 means none.")
@click.option("--seed", type=int, help="Seed of the order of comparisons.")
@phases_option
@rules_option
@allocation_options
@pay_options
@language_option
@offer_option
@translations_option
@server_options
def edit(
    slug: str,
    matchups: tuple[str, ...],
    instructions: Path | None,
    per_annotator: int | None,
    gold: int | None,
    phases: Path | None,
    rules: Path | None,
    pay: tuple[str, str] | None,
    fee_percent: str,
    allocation: dict[str, Any] | None,
    languages: tuple[str, ...],
    translations: Path | None,
    server: str | None,
    key: str | None,
    **given: str | int | bool | None,
) -> None:
    """Change the given fields of the draft SLUG, and print the new revision of the draft."""
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if matchups:
        changes["matchups"] = [matchup_named(text) for text in matchups]
    if instructions is not None:
        changes["instructions"] = instructions.read_text(encoding="utf-8")
    if per_annotator is not None:
        changes["comparisons_per_annotator"] = per_annotator or None
    if gold is not None:
        changes["gold"] = {"count": gold} if gold else None
    files = {"phases": phases, "rules": rules, "translations": translations}
    changes |= {name: read_toml(path) for name, path in files.items() if path is not None}
    if pay is not None:
        changes["hourly_pay"] = hourly_pay(pay, fee_percent)
    if allocation is not None:
        changes["allocation"] = allocation
    if languages:
        changes["languages"] = languages
    click.echo((_edit_on_server if server else _edit_here)(slug, changes, server, key).revision)


@click.command()
@click.argument("slug")
@click.argument("new_slug")
@click.option("--title", help="Title of the copy (default: the same title).")
@server_options
def duplicate(slug: str, new_slug: str, title: str | None, server: str | None, key: str | None) -> None:
    """Copy the study SLUG to the draft NEW_SLUG, without its votes, and print the slug of the copy."""
    from benchmark.wire.study_changes import DuplicateRequest
    from benchmark.wire.validation import checked_request

    request = checked_request(DuplicateRequest, slug=new_slug, title=title)
    if server:
        with open_client(server, key) as client:
            copy = client.studies.duplicate(slug, request.slug, title=request.title)
    else:
        copy = _duplicate_here(slug, request)
    click.echo(copy.slug)


def _request(study: "StudyResponse", changes: dict[str, Any]) -> "DraftRequest":
    from benchmark.wire.drafts import DraftRequest
    from benchmark.wire.validation import checked_request

    before = DraftRequest.of(study).model_dump()
    if "allocation" in changes:
        # An option that is not given keeps its value.
        changes["allocation"] = (before["allocation"] or {}) | changes["allocation"]
    return checked_request(DraftRequest, **before | changes)


def _edit_on_server(
    slug: str, changes: dict[str, Any], server: str | None, key: str | None
) -> "StudyResponse":
    with open_client(server, key) as client:
        return client.studies.edit(slug, _request(client.studies.get(slug), changes))


def _edit_here(slug: str, changes: dict[str, Any], _server: str | None, _key: str | None) -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.participants import lock_study
    from app.security.visibility import find_study
    from app.studies.drafts import edit_draft
    from app.studies.queries import study_response

    with local_write() as local:
        found = find_study(local.session, slug=slug, principal=local.principal, for_change=True)
        study = lock_study(local.session, found.id)
        request = _request(study_response(local.session, study), changes)
        edit_draft(local.session, study=study, request=request, principal=local.principal, now=local.now)
        return study_response(local.session, study)


def _duplicate_here(slug: str, request: "DuplicateRequest") -> "StudyResponse":
    from app.cli.local import local_write
    from app.security.visibility import find_study
    from app.studies.drafts import duplicate_study
    from app.studies.queries import study_response

    with local_write() as local:
        study = find_study(local.session, slug=slug, principal=local.principal)
        copy = duplicate_study(
            local.session, study=study, request=request, principal=local.principal, now=local.now
        )
        return study_response(local.session, copy)
