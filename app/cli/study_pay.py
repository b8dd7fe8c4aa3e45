"""Options of `ti2v study create` and `ti2v study edit` for the pay of annotators."""

from collections.abc import Callable
from typing import Any

import click


def pay_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for the hourly pay to a command."""
    fee = click.option(
        "--fee-percent",
        default="0",
        show_default=True,
        help="Fee of the crowd platform, in percent of the pay; together with --pay.",
    )
    pay = click.option(
        "--pay",
        type=(str, str),
        metavar="AMOUNT CURRENCY",
        help="Hourly pay of an annotator, such as 12.00 GBP, to estimate the cost.",
    )
    return pay(fee(command))


def hourly_pay(pay: tuple[str, str] | None, fee_percent: str) -> dict[str, str] | None:
    """Return the pay as a field of a request; the request checks the values."""
    if pay is None:
        return None
    return {"per_hour": pay[0], "currency": pay[1], "fee_percent": fee_percent}
