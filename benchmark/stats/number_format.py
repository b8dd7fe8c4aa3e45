"""Formats numbers for pages, sentences, Markdown and LaTeX.

CSV, JSON and Parquet contain unformatted numbers.
"""

LEAST_P = 1e-300  # a p-value below this value may underflow to 0
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def printed_p(value: float) -> str:
    """Return a p-value with two significant digits; values below 0.0001 are written with a power of ten.

    >>> printed_p(0.05), printed_p(0.00214), printed_p(1.96e-12), printed_p(0.0)
    ('0.050', '0.0021', '2.0 × 10⁻¹²', '< 10⁻³⁰⁰')
    """
    if value < LEAST_P:
        return "< 10⁻³⁰⁰"
    digits, _, exponent = f"{value:#.2g}".partition("e-")
    return f"{digits} × 10⁻{str(int(exponent)).translate(_RAISED)}" if exponent else digits


def stated_p(value: float, name: str = "p") -> str:
    """Return a p-value as text for a sentence, for example: `p = 0.050`."""
    printed = printed_p(value)
    return f"{name} {printed}" if printed.startswith("<") else f"{name} = {printed}"


def printed_number(value: float, decimals: int) -> str:
    """Return a number as text with a fixed number of decimals; a negative number has a Unicode minus.

    >>> printed_number(-0.2, 3), printed_number(-0.0001, 3)
    ('−0.200', '0.000')
    """
    return f"{value:z.{decimals}f}".replace("-", "−")
