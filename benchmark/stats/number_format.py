"""Numbers as people read them, on pages, in sentences and in Markdown and LaTeX alike.

Files for programs (CSV, JSON, Parquet) hold the numbers themselves.
"""

LEAST_P = 1e-300  # below it a float is soon 0, which no p-value is
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def printed_p(value: float) -> str:
    """Return a p-value at two significant digits; below 0.0001 with a power of ten.

    >>> printed_p(0.05), printed_p(0.00214), printed_p(1.96e-12), printed_p(0.0)
    ('0.050', '0.0021', '2.0 × 10⁻¹²', '< 10⁻³⁰⁰')
    """
    if value < LEAST_P:
        return "< 10⁻³⁰⁰"
    digits, _, exponent = f"{value:#.2g}".partition("e-")
    return f"{digits} × 10⁻{str(int(exponent)).translate(_RAISED)}" if exponent else digits


def stated_p(value: float) -> str:
    """Return what a sentence says of a p-value: `p = 0.050`."""
    printed = printed_p(value)
    return f"p {printed}" if printed.startswith("<") else f"p = {printed}"


def printed_number(value: float, decimals: int) -> str:
    """Return a number at fixed decimals, with a minus sign where it is negative.

    >>> printed_number(-0.2, 3), printed_number(-0.0001, 3)
    ('−0.200', '0.000')
    """
    return f"{value:z.{decimals}f}".replace("-", "−")
