"""docs/api.md and OpenAPI say what the service does: every route, every status, every error code."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from app.errors import AppError
from app.health import router as operations
from app.main import API, API_ROUTERS
from app.media.probe import ClipCode
from app.page_routers import PAGES

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| (GET|HEAD|POST|PUT|PATCH|DELETE) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# What people and programs reach over HTTP; the command line has codes of its own.
OVER_HTTP = (
    "annotators",
    "api",
    "benchmark_import",
    "gallery",
    "home",
    "invitations",
    "jobs",
    "people",
    "results",
    "security",
    "studies",
    "submissions",
    "tasks",
    "vote_import",
    "voting",
    "cursors.py",
    "dependencies.py",
    "error_pages.py",
    "health.py",
    "middleware.py",
)


def codes_in(path: Path) -> set[str]:
    """Return the error codes in a file, or in all files of a folder."""
    files = [path] if path.suffix else sorted(path.rglob("*.py"))
    assert files, f"{path} is no folder with code"
    return {code for file in files for code in re.findall(r'code="([a-z_]+)"', file.read_text())}


def documented() -> dict[tuple[str, str], set[int]]:
    """Return the statuses named for each method and path."""
    return {
        (method, path): {int(status) for status in re.findall(r"\b\d{3}\b", answers)}
        for method, path, _who, answers in ROW.findall(DOCUMENT)
    }


def served() -> set[tuple[str, str]]:
    routes = [(API + route.path, route) for noun in API_ROUTERS for route in noun.router.routes]
    routes += [(route.path, route) for router in (operations, *PAGES) for route in router.routes]
    own = {("GET", f"{API}/openapi.json"), ("GET", "/static/{fingerprint}/{name:path}")}
    return own | {(method, path) for path, route in routes for method in route.methods}


def test_every_route_is_documented_and_every_documented_route_is_served() -> None:
    assert set(documented()) == served()


def test_the_statuses_of_success_are_those_of_openapi(client: TestClient) -> None:
    described = client.get(f"{API}/openapi.json").json()["paths"]

    for (method, path), statuses in documented().items():
        if path in described:
            responses = described[path][method.lower()]["responses"]
            assert {int(status) for status in responses if status.isdecimal()} == {
                status for status in statuses if status < 300
            }, (method, path)


def test_openapi_says_where_a_key_is_shown_and_that_annotators_need_none(client: TestClient) -> None:
    openapi = client.get(f"{API}/openapi.json").json()

    assert openapi["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    asks_for_key = {
        path
        for path, methods in openapi["paths"].items()
        for described in methods.values()
        if "security" in described
    }
    assert f"{API}/submissions" in asks_for_key
    assert f"{API}/assignments/{{token}}/vote" not in asks_for_key


def test_openapi_describes_refusals_as_they_are(client: TestClient) -> None:
    openapi = client.get(f"{API}/openapi.json").json()

    assert "HTTPValidationError" not in openapi["components"]["schemas"]
    for methods in openapi["paths"].values():
        for described in methods.values():
            schema = described["responses"]["4XX"]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorResponse"}


def test_every_error_code_is_explained() -> None:
    raised = {code for name in OVER_HTTP for code in codes_in(ROOT / "app" / name)}
    raised |= {leaf.default_code for leaf in AppError.__subclasses__()} | set(ClipCode)

    explained = set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT.split("## Errors")[1]))
    # What only our own faults have (500), and the schema's refusal at the start.
    assert raised - explained <= {"internal_error", "error"}
