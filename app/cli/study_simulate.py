"""`ti2v study simulate`: lets simulated annotators take part in a copy of a study."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from app.cli.output import RowFormat, format_option, print_json, progress, text_table
from app.simulation.profiles import PROFILES, Profile
from benchmark.cli.parameters import FiniteFloatRange

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.database import Database
    from app.simulation.crowd import SimulationResult

# The number of annotators with each profile. Two thirds of them are honest, at three levels of skill.
_DEFAULT_MIX = {
    "expert": 12, "careful": 16, "average": 12,
    "random": 4, "always-left": 4, "instant": 4, "replay": 4, "gold-only": 4,
}  # fmt: skip
SUFFIX = "-simulation"


@click.command()
@click.argument("slug")
@click.option(
    "--people",
    "mix",
    multiple=True,
    metavar="PROFILE=NUMBER",
    help=f"Number of annotators of a profile; repeatable. Profiles: {', '.join(PROFILES)}.",
)
@click.option(
    "--abandon",
    type=FiniteFloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="Share of annotators who leave before the end.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all random choices.")
@format_option
def simulate(slug: str, mix: tuple[str, ...], abandon: float, seed: int, row_format: str) -> None:
    """Let simulated annotators take part in a copy of the study SLUG, and print tables, flags, time and cost.

    The command copies this machine's installation to a temporary folder, starts a server of the copy, and
    removes the copy at the end. The study itself does not change.
    """
    from app.cli.installation_copy import installation_copy, server_of
    from app.cli.local import open_database, open_settings
    from app.simulation.crowd import simulate_crowd

    people = [profile for profile, count in _parse(mix) for _ in range(count)]
    with installation_copy(open_settings()) as settings, open_database(settings) as database:
        with database.write() as session:
            study_id = _prepare(session, slug)
        with server_of(settings) as address, progress("annotators", len(people)) as step:
            result = simulate_crowd(
                database,
                study_id=study_id,
                address=address,
                people=people,
                abandon_share=abandon,
                seed=seed,
                step=step,
            )
        _print(database, study_id, result, RowFormat(row_format))


def _parse(mix: Sequence[str]) -> list[tuple[Profile, int]]:
    counts = dict(_DEFAULT_MIX) if not mix else {}
    for text in mix:
        name, _, number = text.partition("=")
        if name not in PROFILES or not number.isdecimal() or not 0 < int(number) <= 10_000:
            raise click.UsageError(
                f"{text} is not a number of annotators. Write PROFILE=NUMBER, such as careful=20. Profiles: "
                f"{', '.join(PROFILES)}."
            )
        counts[name] = int(number)
    return [(PROFILES[name], number) for name, number in counts.items()]


def _prepare(session: "Session", slug: str) -> int:
    """Open a duplicate of the study in the copied installation; return the duplicate's id.

    No other process uses the copy yet.
    """
    from sqlalchemy import delete

    from app.cli.local import operator
    from app.clock import utc_now
    from app.security.visibility import find_study
    from app.studies.drafts import duplicate_study
    from app.studies.service import open_study
    from app.tables.tasks import Task
    from benchmark.wire.study_changes import DuplicateRequest

    now = utc_now()
    principal = operator(session, now=now)
    session.execute(delete(Task))
    original = find_study(session, slug=slug, principal=principal)
    request = DuplicateRequest(slug=f"{slug[: 64 - len(SUFFIX)]}{SUFFIX}")
    study = duplicate_study(session, study=original, request=request, principal=principal, now=now)
    study.seed = original.seed
    open_study(session, study=study, principal=principal, now=now)
    return study.id


def _print(database: "Database", study_id: int, result: "SimulationResult", row_format: RowFormat) -> None:
    from app.panels.pay import money, study_pay
    from app.tables.studies import Study

    with database.read() as session:
        study = session.get_one(Study, study_id)
        pay = study_pay(study)
        slug = study.slug
    hours = sum(each.seconds for each in result.annotators) / 3600
    cost = None
    if pay is not None:
        from decimal import Decimal

        total = pay.per_hour * Decimal(hours) * (1 + pay.fee_percent / 100)
        cost = money(total.quantize(Decimal("0.01")), pay.currency)
    rows = _profile_rows(result)
    panels = {"full": result.full, "short": result.short, "over": result.over}
    if row_format is RowFormat.JSON:
        print_json({"profiles": rows, "comparisons": panels, "hours": round(hours, 2), "cost": cost})
        return
    for line in text_table(rows):
        click.echo(line)
    click.echo(
        f"\nComparisons with all votes: {result.full}, with fewer: {result.short}, with more: {result.over}"
    )
    click.echo(f"Time of all annotators: {hours:.1f} hours")
    if cost:
        click.echo(f"Cost with the platform's fee: {cost}")
    click.echo("")
    _print_preferences(database, slug)


def _profile_rows(result: "SimulationResult") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in dict.fromkeys(each.profile.name for each in result.annotators):
        of_profile = [each for each in result.annotators if each.profile.name == name]
        rules = Counter(rule for each in of_profile for rule in each.failed)
        rows.append(
            {
                "profile": name,
                "honest": "yes" if of_profile[0].profile.is_honest else "no",
                "annotators": len(of_profile),
                "left": sum(each.has_left for each in of_profile),
                "screened out": sum(each.is_screened_out for each in of_profile),
                "votes": sum(each.votes for each in of_profile),
                "refused": sum(each.refused for each in of_profile),
                "flagged": sum(each.is_flagged for each in of_profile),
                "failed rules": ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items())),
                "hours": round(sum(each.seconds for each in of_profile) / 3600, 1),
            }
        )
    return rows


def _print_preferences(database: "Database", slug: str) -> None:
    from app.cli.local import READER
    from app.results.exports import export_table
    from benchmark.protocol import TableFormat, TableName

    chunks = export_table(
        database, slug=slug, principal=READER, table=TableName.PREFERENCES, file_format=TableFormat.MARKDOWN
    )
    click.echo(b"".join(chunks).decode(), nl=False)
