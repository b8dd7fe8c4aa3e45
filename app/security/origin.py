"""Rejects cross-site request forgery."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from app.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_site(method: str, headers: Headers, *, public_url: str) -> None:
    """Raise Forbidden for an unsafe request that a browser sends from another site.

    A request without the headers Sec-Fetch-Site and Origin is allowed. A request without these headers comes
    from a script, and a script does not have the cookie of a visitor.
    """
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = headers.get("origin")
        allowed = origin is None or _is_own(origin, headers.get("host", ""), public_url)
    if not allowed:
        raise Forbidden(
            "This request came from another site and was rejected. Open the page on this site and try again.",
            code="cross_site",
        )


def _is_own(origin: str, host: str, public_url: str) -> bool:
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        # No browser sends an unparsable origin such as "http://[".
        return False
    return bool(netloc) and (netloc == host or origin == public_url)
