"""Computes the cost of a study from the hourly pay of its annotators and the estimated time of a vote."""

from decimal import ROUND_HALF_UP, Decimal

from app.panels.time_estimate import SECONDS_PER_PAIR
from app.tables.studies import Study
from benchmark.wire.pay import HourlyPay

_CENT = Decimal("0.01")


def study_pay(study: Study) -> HourlyPay | None:
    return HourlyPay.model_validate(study.hourly_pay) if study.hourly_pay is not None else None


def annotator_pay(pay: HourlyPay, answers: int) -> Decimal:
    """Return the pay for a number of answers, computed from the estimated time per answer; no fee is added.

    >>> annotator_pay(HourlyPay(per_hour=Decimal(12), currency="GBP", fee_percent=Decimal(33)), 40)
    Decimal('3.33')
    """
    return _rounded(pay.per_hour * answers * SECONDS_PER_PAIR / 3600)


def cost(pay: HourlyPay, answers: int) -> Decimal:
    """Return the pay for a number of answers, plus the platform's fee.

    >>> cost(HourlyPay(per_hour=Decimal(12), currency="GBP", fee_percent=Decimal(33)), 14_400)
    Decimal('1596.00')
    """
    return _rounded(pay.per_hour * answers * SECONDS_PER_PAIR / 3600 * (1 + pay.fee_percent / 100))


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as text with a no-break space, such as `1,596.00 GBP`."""
    return f"{amount:,.2f}\u00a0{currency}"


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
