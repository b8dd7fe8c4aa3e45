"""One hostile request, as it is sent over the network, and the expected error response."""

from dataclasses import dataclass

Header = tuple[str, bytes]
JSON = b"application/json"
VOTE = "/api/v1/assignments/{token}/vote"


@dataclass(frozen=True)
class Case:
    """A hostile request, and the expected response.

    Attributes:
        what: description of the hostile part.
        who: the sender: visitor, annotator, alice (who owns everything), charlie, ada or worker.
        path: the request target; `{token}`, `{study}`, `{submission}` and `{sent}` are replaced by existing
            names.
        status: the status of the response; 0 if the server must close the connection without a response.
        error: the error code in the body of the response; an empty text if there is no error code.
        raw: the bytes to send, for input that is not a valid HTTP request.
    """

    what: str
    who: str
    method: str
    path: str
    status: int
    error: str = ""
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    raw: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.who} {self.method} {self.path[:80]}: {self.what}"

    def content(self, names: dict[str, str], credentials: dict[str, Header]) -> bytes:
        """Return the bytes of the request."""
        if self.raw:
            return _filled(self.raw, names)
        given = {name.lower() for name, _ in self.headers}
        defaults: list[Header] = [("Host", b"localhost"), ("Connection", b"close")]
        if self.who in credentials:
            defaults.append(credentials[self.who])
        if self.body:
            defaults.append(("Content-Length", str(len(self.body)).encode()))
        headers = [each for each in defaults if each[0].lower() not in given] + list(self.headers)
        lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)
        target = _filled(self.path.encode("utf-8", "surrogateescape"), names)
        return self.method.encode() + b" " + target + b" HTTP/1.1\r\n" + lines + b"\r\n" + self.body


def _filled(text: bytes, names: dict[str, str]) -> bytes:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}".encode(), value.encode())
    return text


def sends_json(
    what: str,
    body: bytes,
    *,
    method: str = "POST",
    path: str = VOTE,
    who: str = "annotator",
    status: int = 422,
    error: str = "invalid_field",
    content_type: bytes = JSON,
) -> Case:
    """Return a case whose JSON body is hostile; by default the body of a vote."""
    return Case(what, who, method, path, status, error, (("Content-Type", content_type),), body)
