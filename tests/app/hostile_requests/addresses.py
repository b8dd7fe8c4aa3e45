"""Paths and queries that try to leave a folder, to reach another person's data, or to confuse a parser."""

from tests.app.hostile_requests.case import Case

TRAVERSALS = (
    "/static/0/../../../etc/passwd",
    "/static/0/..%2f..%2f..%2fetc%2fpasswd",
    "/static/0/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/0/..%5c..%5cwindows%5cwin.ini",
    "/static/0/....//....//etc/passwd",
    "/static/0/%252e%252e%252fetc%252fpasswd",
    "/static/0/js%00.js",
    "/static/0//etc/passwd",
    "/../../etc/passwd",
    "//evil.example/",
    "/%2f%2fevil.example",
    "/media/../../../etc/passwd",
    "/media/{token}/..%2f..%2fti2v.sqlite3",
    "/media/{token}/left/../../ti2v.sqlite3",
    "/api/v1/../../etc/passwd",
    "/api/v1//studies",
    "/api/v1/studies/",
    "/api/v2/studies",
    "/.git/config",
    "/.env",
    "/ti2v.sqlite3",
    "/wp-login.php",
    "/cgi-bin/;cat%20/etc/passwd",
    "/%c0%ae%c0%ae/etc/passwd",
    "/" + "a" * 20_000,
    "/" + "a/" * 5_000,
)
CLIPS = (
    "/media/{token}/left%00",
    "/media/{token}/LEFT",
    "/media/{token}/left;version=2",
    "/media/{token}x/left",
    "/media/{token}%20/left",
    "/media/%F0%9F%92%A3/left",
    "/media/%ff/left",
)
TOKENS = {
    "too short": "abc",
    "a quote": "%27%20OR%201=1--" + "a" * 30,
    "a NUL": "a" * 42 + "%00",
    "a line break": "a" * 42 + "%0a",
    "a letter of another script": "%D0%B0" * 43,
    "invalid UTF-8": "%ff" * 43,
    "10,000 letters": "a" * 10_000,
}
SLUGS = (
    "%00",
    "a%00",
    "..",
    "A",
    "a%20b",
    "a'--",
    "%F0%9F%92%A3",
    "%ff",
    "a" * 200,
    "-",
)
# Queries of a list, and of an export.
QUERIES = (
    ("limit=0", "invalid_field"),
    ("limit=-1", "invalid_field"),
    ("limit=1001", "invalid_field"),
    ("limit=abc", "invalid_field"),
    ("limit=1e3", "invalid_field"),
    ("limit=%00", "invalid_field"),
    ("limit=", "invalid_field"),
    ("limit=" + "9" * 5000, "invalid_field"),
    ("limit=1&limit=2", "repeated_parameter"),
    ("limit[]=1", "unknown_parameter"),
    ("limit[$gt]=1", "unknown_parameter"),
    ("Limit=1", "unknown_parameter"),
    ("debug=true", "unknown_parameter"),
    ("cursor=%27%20OR%201=1", "invalid_cursor"),
    ("cursor=bnVsbA", "invalid_cursor"),
    ("cursor=%00", "invalid_cursor"),
    ("cursor=%ff", "invalid_cursor"),
    ("cursor=" + "A" * 5000, "invalid_field"),
    ("cursor=WzFd", "invalid_cursor"),
)
METHODS = ("DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "DEBUG", "get", "G" * 1000)

CASES: tuple[Case, ...] = (
    *(Case("a path", "annotator", "GET", path, 404) for path in TRAVERSALS),
    *(Case("a clip", "annotator", "GET", path, 422) for path in CLIPS),
    *(
        Case(
            f"a token: {what}",
            "annotator",
            "POST",
            f"/api/v1/assignments/{token}/renew",
            422,
            "invalid_field",
        )
        for what, token in TOKENS.items()
    ),
    Case(
        "a token that nobody has",
        "annotator",
        "POST",
        f"/api/v1/assignments/{'a' * 43}/renew",
        404,
        "not_found",
    ),
    *(
        Case(
            f"an invitation: {what}",
            "visitor",
            "GET",
            f"/invite/{token}",
            422 if len(token) > 1000 else 404,
        )
        for what, token in TOKENS.items()
    ),
    *(Case("a slug", "alice", "GET", f"/api/v1/studies/{slug}", 422, "invalid_field") for slug in SLUGS),
    *(
        Case(f"a query: {query[:30]}", "alice", "GET", f"/api/v1/studies?{query}", 422, error)
        for query, error in QUERIES
    ),
    *(
        Case(f"the method {method[:20]}", "alice", method, "/api/v1/studies", 405, "method_not_allowed")
        for method in METHODS
    ),
    Case("another person's study", "charlie", "GET", "/api/v1/studies/{study}", 404, "not_found"),
    Case(
        "another person's submission", "charlie", "GET", "/api/v1/submissions/{submission}", 404, "not_found"
    ),
    Case(
        "the end of another person's study",
        "charlie",
        "POST",
        "/api/v1/studies/{study}/close",
        404,
        "not_found",
    ),
    Case("another annotator's clip", "visitor", "GET", "/media/{token}/left", 404),
    Case("another annotator's vote", "visitor", "POST", "/api/v1/assignments/{token}/undo", 404, "not_found"),
    Case("a slug with a path", "alice", "GET", "/api/v1/studies/%2e%2e%2f", 404, "not_found"),
    Case("people, as a researcher", "alice", "GET", "/api/v1/people", 403, "forbidden"),
    Case("people, as a worker", "worker", "GET", "/api/v1/people", 403, "forbidden"),
    Case(
        "the end of a study, as a worker", "worker", "POST", "/api/v1/studies/{study}/close", 403, "forbidden"
    ),
)
