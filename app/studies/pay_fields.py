"""Parses the fields of the pay in the form of a study."""

from pydantic import ValidationError

from benchmark.wire.pay import HourlyPay

# For each field of HourlyPay, the field of the form, and a sentence on what the person must enter.
_FIELDS = {
    "per_hour": ("pay_per_hour", "Enter the pay for an hour as an amount, such as 12.00."),
    "currency": ("currency", "Enter the currency as three letters, such as GBP."),
    "fee_percent": ("fee_percent", "Use a number from 0 to 100, such as 33."),
}


def parse_pay(
    per_hour: str, currency: str, fee_percent: str, *, problems: dict[str, str]
) -> HourlyPay | None:
    """Return the pay in the form; None if the owner entered no pay, or if a field is wrong.

    Add a sentence to `problems` for each wrong field.
    """
    texts = {"per_hour": per_hour, "currency": currency.upper(), "fee_percent": fee_percent}
    given = {name: text.strip() for name, text in texts.items() if text.strip()}
    if not given:
        return None
    try:
        return HourlyPay.model_validate(given)
    except ValidationError as error:
        for each in error.errors():
            field, sentence = _FIELDS[str(each["loc"][0])]
            problems[field] = sentence
    return None
