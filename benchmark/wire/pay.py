"""Wire type for the pay of annotators."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from benchmark.wire.common import RequestModel

Amount = Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=2, allow_inf_nan=False)]
Currency = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{3}$")]


class HourlyPay(RequestModel):
    """The cost of an hour of an annotator's work: the pay, the currency and the platform's fee.

    Attributes:
        per_hour: the pay of the annotator for an hour.
        currency: the code of the currency (ISO 4217), such as `GBP`.
        fee_percent: the fee of the crowd platform, in percent of the pay.
    """

    per_hour: Amount
    currency: Currency
    fee_percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)] = Decimal(0)
