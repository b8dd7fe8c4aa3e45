"""The output of `ti2v study plan`."""

from click.testing import CliRunner

from benchmark.cli.study_plan import plan


def test_the_official_size_finds_sixty_percent_nearly_always() -> None:
    said = CliRunner().invoke(plan, ["--share", "0.6", "--pairs", "320", "--matchups", "9"]).output

    assert "9 matchups on 320 pairs with 5 votes each need 14,400 votes" in said
    assert "of 60 % is 0.94" in said


def test_without_pairs_it_says_how_many_are_needed() -> None:
    said = CliRunner().invoke(plan, ["--share", "0.65", "--votes", "3"]).output

    assert "1 matchup on " in said
    assert "with 3 votes" in said


def test_an_even_panel_is_refused_with_a_reason() -> None:
    result = CliRunner().invoke(plan, ["--votes", "4"])

    assert result.exit_code != 0
    assert "odd panel" in str(result.exception)
