"""URLs of a study's results pages."""

from urllib.parse import quote


def results_url(study: str) -> str:
    return f"/studies/{study}/results"


def matchup_url(study: str, index: int) -> str:
    """Return the URL of a matchup's page.

    Matchups are numbered from 1, in the order in which tables list matchups.
    """
    return f"{results_url(study)}/{index + 1}"


def scenario_url(study: str, scenario: str) -> str:
    """Return the URL of a scenario's page.

    >>> scenario_url("ablations", "hot air")
    '/studies/ablations/scenarios/hot%20air'
    """
    return f"/studies/{study}/{scenario_path(scenario)}"


def scenario_path(scenario: str) -> str:
    """Return the URL of a scenario's page, relative to the results page of the study."""
    return f"scenarios/{quote(scenario, safe='')}"


def pair_url(study: str, pair_id: str) -> str:
    return f"/studies/{study}/pairs/{quote(pair_id, safe='')}"


def metrics_url(study: str) -> str:
    return f"/studies/{study}/metrics"


def leaderboard_url(study: str) -> str:
    return f"/studies/{study}/leaderboard"


def export_url(study: str, file: str) -> str:
    return f"/api/v1/studies/{study}/exports/{file}"
