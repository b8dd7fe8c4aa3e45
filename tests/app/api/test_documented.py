"""docs/api.md and OpenAPI list every route, every status and every error code of the service."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from app.api.v1.error_responses import COMMON
from app.cookies import COOKIE
from app.errors import AppError
from app.health import router as operations
from app.main import API, API_ROUTERS
from app.media.probe import ClipCode
from app.page_routers import PAGES

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| (GET|HEAD|POST|PUT|PATCH|DELETE) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# The code that HTTP requests reach; the command line has its own error codes.
OVER_HTTP = (
    "annotators",
    "api",
    "benchmark_import",
    "gallery",
    "home",
    "invitations",
    "jobs",
    "metrics",
    "people",
    "phases",
    "platforms",
    "results",
    "security",
    "studies",
    "study_comparison",
    "submissions",
    "tasks",
    "vote_import",
    "vote_merge",
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
    """Return the status codes that docs/api.md names for each method and path."""
    return {
        (method, path): {int(status) for status in re.findall(r"\b\d{3}\b", answers)}
        for method, path, _who, answers in ROW.findall(DOCUMENT)
    }


def served() -> set[tuple[str, str]]:
    routes = [(route.path, route) for noun in API_ROUTERS for route in noun.router.routes]
    routes += [(route.path, route) for router in (operations, *PAGES) for route in router.routes]
    own = {("GET", f"{API}/openapi.json"), ("GET", "/static/{fingerprint}/{name:path}")}
    return own | {(method, path) for path, route in routes for method in route.methods}


def test_every_route_is_documented_once_and_every_documented_route_is_served() -> None:
    rows = [(method, path) for method, path, _who, _answers in ROW.findall(DOCUMENT)]

    assert set(rows) == served()
    assert len(rows) == len(set(rows))


def test_the_statuses_of_success_are_those_of_openapi(client: TestClient) -> None:
    described = client.get(f"{API}/openapi.json").json()["paths"]

    for (method, path), statuses in documented().items():
        if path in described:
            responses = described[path][method.lower()]["responses"]
            assert {int(status) for status in responses if status < "4"} == {
                status for status in statuses if status < 300
            }, (method, path)


def test_openapi_states_which_credentials_a_route_accepts(client: TestClient) -> None:
    openapi = client.get(f"{API}/openapi.json").json()

    schemes = openapi["components"]["securitySchemes"]
    assert schemes["HTTPBearer"]["scheme"] == "bearer"
    for cookie in (schemes["AnnotatorCookie"], schemes["BrowserCookie"]):
        assert (cookie["type"], cookie["in"], cookie["name"]) == ("apiKey", "cookie", COOKIE)
    for path, methods in openapi["paths"].items():
        for described in methods.values():
            taken = [name for each in described["security"] for name in each]
            if "voting" in described["tags"]:
                assert taken == ["AnnotatorCookie"], path
            elif "notifications" in described["tags"]:
                assert taken == ["ProlificSignature"], path
            elif {} in described["security"]:
                assert taken == ["HTTPBearer"], path
            else:
                assert taken == ["HTTPBearer", "BrowserCookie"], path


def test_every_route_names_its_error_codes_in_one_way(client: TestClient) -> None:
    openapi = client.get(f"{API}/openapi.json").json()

    assert "HTTPValidationError" not in openapi["components"]["schemas"]
    explained = set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT.split("## Errors")[1]))
    for path, methods in openapi["paths"].items():
        for described in methods.values():
            refusals = {int(status): each for status, each in described["responses"].items() if status >= "4"}
            assert set(COMMON) <= set(refusals), path
            for status, refusal in refusals.items():
                schema = refusal["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorResponse"}
                codes = refusal["x-error-codes"]
                assert codes, (path, status)
                assert len(set(codes)) == len(codes), (path, status)
                assert refusal["description"] == ", ".join(f"`{code}`" for code in codes)
                assert set(codes) <= explained, (path, status)


def test_docs_and_openapi_name_the_same_error_statuses(client: TestClient) -> None:
    described = client.get(f"{API}/openapi.json").json()["paths"]

    for (method, path), statuses in documented().items():
        if path in described:
            responses = described[path][method.lower()]["responses"]
            found = {int(status) for status in responses if int(status) >= 400}
            assert found - set(COMMON) == {
                status for status in statuses if status >= 400 and status not in COMMON
            }, (method, path)


def test_every_error_code_is_explained() -> None:
    raised = {code for name in OVER_HTTP for code in codes_in(ROOT / "app" / name)}
    raised |= {leaf.default_code for leaf in AppError.__subclasses__()} | set(ClipCode)

    explained = set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT.split("## Errors")[1]))
    # Codes of our own faults (500), and of the refusal of an old schema at the start.
    assert raised - explained <= {"internal_error", "error"}
