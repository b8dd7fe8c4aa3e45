"""The printed form of p-values and coefficients."""

import pytest

from benchmark.stats.number_format import printed_number, printed_p, stated_p


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (1.0, "1.0"),
        (0.3, "0.30"),
        (0.05, "0.050"),
        (0.00214, "0.0021"),
        (0.0001, "0.00010"),
        (0.0000994, "9.9 × 10⁻⁵"),
        (0.0000999, "0.00010"),  # rounds up to where powers of ten begin
        (9.23e-6, "9.2 × 10⁻⁶"),
        (2e-12, "2.0 × 10⁻¹²"),
        (1.6e-11, "1.6 × 10⁻¹¹"),
        (8.3e-67, "8.3 × 10⁻⁶⁷"),
    ],
)
def test_a_p_value_has_two_significant_digits(value: float, printed: str) -> None:
    assert printed_p(value) == printed
    assert stated_p(value) == f"p = {printed}"


def test_a_p_value_is_never_nought() -> None:
    assert stated_p(0.0) == "p < 10⁻³⁰⁰"


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.24, "0.240"), (0.274, "0.274"), (1.0, "1.000"), (-0.2, "−0.200"), (-0.0004, "0.000")],
)
def test_a_coefficient_has_fixed_decimals_and_a_minus_sign(value: float, printed: str) -> None:
    assert printed_number(value, 3) == printed
