"""The middleware around every request: headers, cookies, origins, sizes and errors."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.main import create_app
from tests.acting import ask, assign, refused, vote
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, enter
from tests.conftest import settings_for

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "http://elsewhere.example"},
    {"Origin": "http://testserver.elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": ""},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
]


def pages(study: Study, token: str) -> list[str]:
    """Return one address of every kind, for an annotator with one open assignment."""
    return [
        "/",
        f"/studies/{study.slug}/vote",
        f"/studies/{study.slug}/withdraw",
        f"/studies/{study.slug}/results",
        f"/gallery/{BENCHMARK}",
        f"/gallery/{BENCHMARK}/{PAIR_IDS[0]}",
        f"/media/{token}/left",
        f"/media/{token}/image",
        f"/media/{token}/middle",
        "/invite/unknown-but-well-formed-token",
        "/nothing/here",
        "/healthz",
        "/metrics",
        "/api/v1/openapi.json",
        "/api/v1/benchmarks",
        "/api/v1/nothing",
        "/api/v1/studies",
    ]


def test_every_answer_carries_the_security_headers_once(client: TestClient, study: Study) -> None:
    token = assign(enter(client, study), study)["token"]

    for address in pages(study, token):
        answer = client.get(address, headers={"Accept": "text/html"})

        assert set(answer.headers["content-security-policy"].split("; ")) == POLICY, address
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert len(answer.headers.get_list("x-request-id")) == 1
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers


def test_a_cookie_is_set_by_an_invitation_and_by_nothing_else(client: TestClient, study: Study) -> None:
    entering = client.get(f"/invite/{study.invite()[0]}")
    token = assign(client, study)["token"]

    assert "set-cookie" in entering.headers
    for address in pages(study, token):
        assert "set-cookie" not in client.get(address).headers, address
    assert "set-cookie" not in vote(client, token).headers


def test_pages_behind_a_cookie_are_kept_nowhere(client: TestClient, study: Study) -> None:
    token = assign(enter(client, study), study)["token"]

    for address in pages(study, token)[:6]:
        assert client.get(address).headers["cache-control"] == "no-store", address


def test_https_is_remembered_where_the_public_url_is_https(cast: Cast, study: Study) -> None:
    secure = settings_for(cast.context.settings.home, public_url="https://bench.example")
    with TestClient(create_app(replace(cast.context, settings=secure))) as client:
        answer = client.get(f"/invite/{study.invite()[0]}")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))


def test_the_cookie_is_out_of_scripts_reach_and_not_secure_over_http(
    client: TestClient, study: Study
) -> None:
    cookie = client.get(f"/invite/{study.invite()[0]}").headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_a_request_from_another_site_is_403_and_changes_nothing(client: TestClient, study: Study) -> None:
    token = assign(enter(client, study), study)["token"]
    body = {"choice": "left", "justifications": ["object_motion"]}

    for headers in CROSS_SITE:
        answer = client.post(f"/api/v1/assignments/{token}/vote", json=body, headers=headers)
        refused(answer, 403, "cross_site")
        refused(client.post(f"/studies/{study.slug}/withdraw", headers=headers), 403, "cross_site")
        refused(client.post("/sign-out", headers=headers), 403, "cross_site")

    assert vote(client, token).status_code == 201


def test_a_request_from_here_or_from_a_script_is_let_through(client: TestClient, study: Study) -> None:
    enter(client, study)
    body = {"choice": "left", "justifications": ["object_motion"]}

    for headers in OWN:
        token = assign(client, study)["token"]
        answer = client.post(f"/api/v1/assignments/{token}/vote", json=body, headers=headers)
        assert answer.status_code == 201, headers


def test_following_a_link_from_another_site_is_fine(client: TestClient, study: Study) -> None:
    link = f"/invite/{study.invite()[0]}"

    assert client.get(link, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1", "/api/v1/models/", "/api/v2/models", "/api/v1/../v1/nothing"]
)
def test_an_unknown_route_of_the_api_is_404_in_json_whatever_is_accepted(
    client: TestClient, path: str
) -> None:
    for accept in ("application/json", "text/html", "*/*", "nonsense"):
        refused(client.get(path, headers={"Accept": accept}), 404, "not_found")


def test_an_unknown_page_is_a_page_for_people_and_json_for_programs(client: TestClient) -> None:
    page = client.get("/nothing", headers={"Accept": "text/html,*/*"})
    program = client.get("/nothing", headers={"Accept": "application/json"})

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["x-request-id"] in page.text
    refused(program, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/models", "GET"),
        ("DELETE", "/api/v1/benchmarks", "GET, POST"),
        ("PATCH", "/api/v1/studies", "GET, POST"),
        ("PATCH", "/api/v1/models/motif", "GET, PUT"),
        ("PATCH", "/studies/motif-study/close", "GET, POST"),
        ("DELETE", f"/sign-in/{'a' * 43}", "GET, POST"),
        ("GET", "/api/v1/assignments/x/vote", "POST"),
        ("POST", "/api/v1/openapi.json", "GET, HEAD"),
        ("PUT", "/healthz", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_ones(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)

    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_monitors_may_ask_with_head(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200


def test_a_clip_does_not_answer_head_as_its_delivery_is_noted(client: TestClient, study: Study) -> None:
    card = assign(enter(client, study), study)

    assert client.head(card["left_url"]).status_code == 405


def test_a_range_behind_the_end_of_a_clip_is_416(client: TestClient, study: Study) -> None:
    card = assign(enter(client, study), study)

    for url in (card["left_url"], card["right_url"]):
        length = len(client.get(url).content)
        for asked in (f"bytes={length}-", f"bytes={2**63}-", "bytes=-0"):
            answer = client.get(url, headers={"Range": asked})

            refused(answer, 416, "range_not_satisfiable")
            assert answer.headers["content-range"] == "bytes */65536"


def test_an_invalid_range_gets_the_complete_clip(client: TestClient, study: Study) -> None:
    url = assign(enter(client, study), study)["left_url"]
    meaningless = ("bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "", "bytes=" + "9" * 99)

    for asked in meaningless:
        assert client.get(url, headers={"Range": asked}).status_code == 200, asked


def test_a_json_body_over_the_limit_is_413_whether_it_says_so_or_not(
    client: TestClient, study: Study
) -> None:
    def without_a_length() -> object:
        for _ in range(3):
            yield b" " * 2**19

    headers = {"Content-Type": "application/json"}
    address = f"/api/v1/studies/{study.slug}/assignments"
    enter(client, study)

    refused(client.post(address, content=b" " * (2**20 + 1), headers=headers), 413, "too_large")
    refused(client.post(address, content=without_a_length(), headers=headers), 413, "too_large")  # type: ignore[arg-type]
    refused(client.post(address, content=b"{}", headers={"Content-Length": "9" * 5000}), 413, "too_large")
    assert ask(client, study).status_code == 200


def test_a_form_over_the_limit_is_413(client: TestClient, study: Study) -> None:
    enter(client, study)

    answer = client.post(f"/studies/{study.slug}/vote", data={"token": "x" * 2**21})

    refused(answer, 413, "too_large")


def test_a_fault_of_ours_is_500_in_the_shape_of_every_refusal(
    context: AppContext, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(context)

    def broken() -> None:
        raise LookupError("secret-detail")

    app.add_api_route("/api/v1/broken", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/broken")

    refused(answer, 500, "internal_error")
    assert "content-security-policy" in answer.headers
    assert "secret-detail" not in answer.text
    assert "secret-detail" in caplog.text
