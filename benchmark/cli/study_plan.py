"""`ti2v study plan`: computes the power and the number of votes of a planned study."""

import click

from benchmark.cli.parameters import FiniteFloatRange


@click.command()
@click.option(
    "--share",
    type=FiniteFloatRange(0, 1, min_open=True, max_open=True),
    default=0.6,
    show_default=True,
    help="The TI2V score to detect, as a share. 0.5 means no difference.",
)
@click.option(
    "--pairs", type=click.IntRange(1), help="Number of pairs (default: as many as the power needs)."
)
@click.option("--matchups", type=click.IntRange(1), default=1, show_default=True, help="Number of matchups.")
@click.option("--votes", type=click.IntRange(1), default=5, show_default=True, help="Votes per comparison.")
@click.option(
    "--power",
    type=FiniteFloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="The power to reach; ignored with --pairs.",
)
def plan(share: float, pairs: int | None, matchups: int, votes: int, power: float) -> None:
    """Print the numbers of pairs and votes that a study needs, or the power for a given number of pairs.

    The test is the exact sign test at the 5 % level. The command prints the power without correction, and the
    power after correction for testing all matchups.
    """
    from benchmark.stats.power import plan_sentence, plan_study

    planned = plan_study(share=share, matchups=matchups, panel=votes, pairs=pairs, power=power)
    click.echo(plan_sentence(planned))
