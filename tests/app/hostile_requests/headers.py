"""Hostile keys, cookies, ranges, digests and origins, and requests that are ambiguous for HTTP parsers."""

from tests.app.hostile_requests.case import JSON, VOTE, Case, Header

GOOD_VOTE = b'{"choice": "left", "justifications": ["object_motion"]}'
KEYS: tuple[bytes, ...] = (
    b"",
    b"Bearer",
    b"Bearer ",
    b"Bearer null",
    b"Bearer ' OR 1=1 --",
    b"Bearer ti2v_" + b"a" * 43,
    b"Bearer \xff\xfe",
    b"Bearer " + b"a" * 20_000,
    b"Basic YWRtaW46YWRtaW4=",
    b"Digest username=admin",
    b"bearer",
)
COOKIES: tuple[bytes, ...] = (
    b"ti2v_session=",
    b"ti2v_session=null",
    b"ti2v_session=' OR 1=1 --",
    b"ti2v_session=\xff",
    b"ti2v_session=%00",
    b"ti2v_session=" + b"a" * 43,
    b"ti2v_session=" + b"a" * 9000,
    b"ti2v_session=a; ti2v_session=b",
    b"=;=;;",
    b"__Host-ti2v_session=" + b"a" * 43,
    b"; " * 4000,
)
# Ranges of a clip, with the status.
RANGES = (
    (b"bytes=99999999-", 416),
    (b"bytes=-0", 416),
    (b"bytes=" + b"9" * 5000 + b"-", 200),
    (b"bytes=9-1", 200),
    (b"bytes=0-0,5-6", 200),
    (b"bytes=" + b"0-0," * 2000, 200),
    (b"bytes=a-b", 200),
    (b"octets=0-1", 200),
    (b"bytes=--1", 200),
    (b"\xff", 200),
)
ORIGINS: tuple[tuple[Header, ...], ...] = (
    (("Origin", b"https://evil.example"),),
    (("Origin", b"null"),),
    (("Origin", b"http://["),),
    (("Origin", b"http://localhost.evil.example"),),
    (("Origin", b"http://localhost@evil.example"),),
    (("Origin", b"http://localhost:8001"),),
    (("Origin", b"\xff"),),
    (("Sec-Fetch-Site", b"cross-site"),),
    (("Sec-Fetch-Site", b"same-site"),),
    (("Sec-Fetch-Site", b"Same-Origin"),),
    (("Sec-Fetch-Site", b""),),
    (("Sec-Fetch-Site", b"cross-site"), ("Origin", b"http://localhost")),
)
_START = b"POST /api/v1/assignments/{token}/vote HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
_SMUGGLED = b"GET /api/v1/people HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Whole requests, with the status; 0 if the server closes the connection.
RAW = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "HTTP/9.9": (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 200),
    "no target": (b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a space in the target": (b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a NUL in the target": (b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
    "a space in a header's name": (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
    "a NUL in a header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\x00b\r\n\r\n", 400),
    "no colon": (b"GET / HTTP/1.1\r\nHost: localhost\r\nGarbage\r\n\r\n", 400),
    "two lengths": (_START + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}{", 400),
    "a negative length": (_START + b"Content-Length: -1\r\n\r\n", 400),
    "a length in hex": (_START + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "a length with a sign": (_START + b"Content-Length: +2\r\n\r\n{}", 400),
    "a length with a digit of another script": (
        _START + "Content-Length: ２\r\n\r\n{}".encode(),
        400,
    ),
    "an unknown transfer coding": (_START + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "chunked twice": (_START + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "a chunk of no size": (_START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    "a chunk of a negative size": (_START + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n", 400),
    "length and chunks": (
        _START + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _SMUGGLED,
        422,
    ),
    "a header of 64 KiB": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 65_536 + b"\r\n\r\n", 400),
    "2,000 headers": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: aaaaaaaaaaaa\r\n" * 2000 + b"\r\n",
        400,
    ),
}

CASES: tuple[Case, ...] = (
    *(
        Case(f"the key {key[:24]!r}", "visitor", "GET", "/api/v1/studies", 401, "", (("Authorization", key),))
        for key in KEYS
    ),
    *(
        Case(
            f"the cookie {cookie[:32]!r}",
            "visitor",
            "POST",
            VOTE,
            404,
            "not_found",
            (("Cookie", cookie), ("Content-Type", JSON)),
            GOOD_VOTE,
        )
        for cookie in COOKIES
    ),
    *(
        Case(
            f"the range {value[:24]!r}",
            "annotator",
            "GET",
            "/media/{sent}/left",
            status,
            "",
            (("Range", value),),
        )
        for value, status in RANGES
    ),
    *(
        Case(
            f"a vote with {headers}",
            "annotator",
            "POST",
            VOTE,
            403,
            "cross_site",
            (*headers, ("Content-Type", JSON)),
            GOOD_VOTE,
        )
        for headers in ORIGINS
    ),
    *(
        Case(
            f"a form with {headers[0]}",
            "annotator",
            "POST",
            "/studies/{study}/withdraw",
            403,
            "cross_site",
            (*headers, ("Content-Type", b"application/x-www-form-urlencoded")),
        )
        for headers in ORIGINS[:2]
    ),
    *(Case(what, "visitor", "RAW", "", status, "", (), b"", raw) for what, (raw, status) in RAW.items()),
)
