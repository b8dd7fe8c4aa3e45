"""Checks the values of settings that are addresses."""

import re
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# A host name, an IPv4 address or an IPv6 address in brackets, with an optional port.
_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")


def driver_of(url: str) -> str | None:
    try:
        return make_url(url).drivername
    except (ArgumentError, ValueError):
        return None


def is_base_url(url: str) -> bool:
    """Return whether a URL consists of a scheme, a host and, at most, a port.

    A path would break the pages' links.
    """
    try:
        parts = urlsplit(url)
        is_plain = f"{parts.scheme}://{parts.netloc}" == url.rstrip("/") and parts.port != 0
    except ValueError:
        return False
    return is_plain and parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) is not None


def is_secure_url(url: str) -> bool:
    """Return whether a URL has the scheme https, or is an http address of this machine.

    >>> is_secure_url("https://login.example.org/lab"), is_secure_url("http://login.example.org")
    (True, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.netloc) and (parts.scheme == "https" or is_local)
