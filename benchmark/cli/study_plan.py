"""`ti2v study plan`: what a study of a given size can find, and what it costs."""

import click


@click.command()
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.6,
    show_default=True,
    help="The TI2V score to tell from one half, as a share.",
)
@click.option(
    "--pairs", type=click.IntRange(1), help="Pairs of the benchmark; as many as are needed otherwise."
)
@click.option(
    "--matchups", type=click.IntRange(1), default=1, show_default=True, help="Matchups of the study."
)
@click.option("--votes", type=click.IntRange(1), default=5, show_default=True, help="Votes a comparison.")
@click.option(
    "--power",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="The chance wanted of finding the difference, where --pairs is not given.",
)
def plan(share: float, pairs: int | None, matchups: int, votes: int, power: float) -> None:
    """Say how many pairs and votes a difference needs, or what so many pairs can show.

    The power is that of the exact sign test at 5 %, for one matchup and after correction for all.
    """
    from benchmark.stats.power import plan_sentence, plan_study

    planned = plan_study(share=share, matchups=matchups, panel=votes, pairs=pairs, power=power)
    click.echo(plan_sentence(planned))
