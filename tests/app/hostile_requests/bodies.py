"""Request bodies that are not JSON, or that contain hostile types, numbers and texts."""

from tests.app.hostile_requests.case import Case, sends_json

NOT_JSON = {
    "cut off": b'{"choice": "left',
    "a single quote": b"{'choice': 'left'}",
    "NaN": b'{"decision_ms": NaN}',
    "Infinity": b'{"decision_ms": -Infinity}',
    "a name twice": b'{"choice": "left", "choice": "right"}',
    "a name twice, further in": b'{"next": {"after": 1, "after": 1}}',
    "5000 digits": b'{"decision_ms": ' + b"9" * 5000 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "invalid UTF-8": b'{"choice": "\xff\xfe"}',
    "an overlong NUL": b'{"choice": "\xc0\x80"}',
    "a raw surrogate": b'{"choice": "\xed\xa0\x80"}',
    "UTF-16": '{"choice": "left"}'.encode("utf-16"),
    "a raw NUL": b'{"choice": "a\x00b"}',
    "two values": b"{}{}",
    "white space": b" \r\n",
    "a comment": b'{"choice": "left" /* really */}',
    "a comma at the end": b'{"choice": "left",}',
}
SHAPES = {"a list": b"[]", "a text": b'"left"', "a number": b"17", "true": b"true", "null": b"null"}
CONTENT_TYPES = (
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"text/html",
    b"application/xml",
    b"video/mp4",
    b"x",
)
# Values of a field of a vote, with the field.
VALUES = (
    ("choice", "null"),
    ("choice", "true"),
    ("choice", "1"),
    ("choice", "[]"),
    ("choice", '["left"]'),
    ("choice", '{"left": true}'),
    ("choice", '""'),
    ("choice", '"LEFT"'),
    ("choice", '"left "'),
    ("choice", '"middle"'),
    ("choice", r'"left\u0000"'),
    ("choice", r'"\ud800"'),
    ("choice", '"ｌｅｆｔ"'),
    ("choice", '"left\'; DROP TABLE votes; --"'),
    ("choice", '"' + "left" * 5000 + '"'),
    ("justifications", "null"),
    ("justifications", '"object_motion"'),
    ("justifications", "{}"),
    ("justifications", "[null]"),
    ("justifications", "[1]"),
    ("justifications", '["best"]'),
    ("justifications", '[["object_motion"]]'),
    ("justifications", '["object_motion", "object_motion"]'),
    ("justifications", "[" + ", ".join(['"object_motion"'] * 10_000) + "]"),
    ("decision_ms", "-1"),
    ("decision_ms", "1.5"),
    ("decision_ms", '"9 ms"'),
    ("decision_ms", "9e99"),
    ("decision_ms", "1e400"),
    ("decision_ms", "2147483648"),
    ("decision_ms", "9223372036854775808"),
    ("left_watched_ms", "-9223372036854775809"),
    ("left_watched_ms", "[1]"),
    ("right_watched_ms", "{}"),
    ("right_watched_ms", '"NaN"'),
    ("next", "5"),
    ("next", '"next"'),
    ("next", "[]"),
    ("next", '{"after": 5}'),
    ("next", '{"after": "../../etc/passwd"}'),
    ("next", '{"unknown": null}'),
    ("status", '"valid"'),
    ("__proto__", '{"isAdmin": true}'),
    ("annotator_id", "1"),
)
COUNTS = ("0", "-1", "1000000000", "9223372036854775808", "1.5", '"one"', "null", "[1]", "1e400")
NAMES = {
    "a lone surrogate": r'"\ud800"',
    "NUL": r'"a\u0000b"',
    "an escape sequence": r'"\u001b[2J"',
    "a line break": r'"a\nb"',
    "DEL": r'"a\u007fb"',
    "empty": '""',
    "white space": '"   "',
    "100,000 letters": '"' + "n" * 100_000 + '"',
    "a number": "5",
    "a list": '["name"]',
    "an object": '{"name": "name"}',
}


def _vote_with(field: str, value: str) -> bytes:
    fields = {"choice": '"left"', "justifications": '["object_motion"]'} | {field: value}
    return ("{" + ", ".join(f'"{name}": {each}' for name, each in fields.items()) + "}").encode()


CASES: tuple[Case, ...] = (
    *(sends_json(what, body, status=400, error="not_json") for what, body in NOT_JSON.items()),
    sends_json("a byte order mark", b'\xef\xbb\xbf{"choice": "left"}', error="justification_missing"),
    *(sends_json(f"a vote that is {what}", body) for what, body in SHAPES.items()),
    *(
        sends_json(
            f"JSON as {content_type.decode()}",
            _vote_with("choice", '"left"'),
            status=415,
            error="wrong_media_type",
            content_type=content_type,
        )
        for content_type in CONTENT_TYPES
    ),
    *(sends_json(f"{field} is {value[:40]}", _vote_with(field, value)) for field, value in VALUES),
    *(
        sends_json(
            f"count is {value}",
            f'{{"count": {value}}}'.encode(),
            path="/api/v1/studies/{study}/invitations",
            who="alice",
        )
        for value in COUNTS
    ),
    *(
        sends_json(
            f"a name: {what}",
            f'{{"name": {value}}}'.encode(),
            method="PUT",
            path="/api/v1/models/new",
            who="alice",
        )
        for what, value in NAMES.items()
    ),
    sends_json(
        "a body of 2 MiB",
        b'{"choice": "' + b"x" * 2 * 1024**2 + b'"}',
        status=413,
        error="too_large",
    ),
)
