"""Permissions to read the metrics, and the alerts that use the metrics."""

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.main import create_app
from benchmark.protocol import Role
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import Cast, make_actor
from tests.whole.tree import ROOT


def from_address(context: AppContext, host: str, **headers: str) -> TestClient:
    return TestClient(create_app(context), client=(host, 50_000), headers=headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1"])
def test_this_machine_reads_the_metrics(context: AppContext, host: str) -> None:
    answer = from_address(context, host).get("/metrics")

    assert answer.status_code == 200
    assert "ti2v_requests_total" in answer.text


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("203.0.113.7", {}),
        ("10.0.0.2", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)
def test_requests_from_other_machines_need_a_key(
    context: AppContext, host: str, headers: dict[str, str]
) -> None:
    refused(from_address(context, host, **headers).get("/metrics"), 401, "not_signed_in")


def test_admins_and_viewers_read_the_metrics(context: AppContext, cast: Cast) -> None:
    viewer = make_actor(context, "prometheus", Role.VIEWER)

    answers = [client_of(context, actor).get("/metrics") for actor in (cast.ada, viewer, cast.alice)]

    assert [each.status_code for each in answers] == [200, 200, 403]


def test_a_setting_opens_the_metrics(context: AppContext) -> None:
    opened = replace(context, settings=context.settings.model_copy(update={"metrics_public": True}))

    assert from_address(opened, "203.0.113.7").get("/metrics").status_code == 200


@pytest.mark.parametrize("file", ["alerts.yml", "grafana.json"])
def test_alerts_and_dashboard_name_metrics_and_routes_that_exist(context: AppContext, file: str) -> None:
    rules = (ROOT / "deploy" / file).read_text().replace('\\"', '"')
    client = from_address(context, "127.0.0.1")
    client.post("/api/v1/assignments/unknown/vote")
    client.put("/api/v1/submissions/unknown/clips/pair")
    metrics = client.get("/metrics").text

    named = set(re.findall(r"ti2v_\w+", rules))
    routes = re.findall(r'route="([^"]+)"', rules)

    assert len(named) >= 4
    assert {name for name in named if f"# HELP {name.removesuffix('_bucket')}" not in metrics} == set()
    assert len(set(routes)) == 2
    assert [route for route in routes if f'route="{route}"' not in metrics] == []
