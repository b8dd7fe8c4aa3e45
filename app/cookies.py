"""Reads and sets this server's cookies; with https, their names have the prefix `__Host-`."""

from starlette.requests import Request
from starlette.responses import Response

from app.context import AppContext
from app.security.publication import link_cookie
from app.tables.studies import Study
from benchmark.protocol import Language

COOKIE = "ti2v_session"
# This cookie stores the language that an annotator chose in this browser; error pages use the language.
LANGUAGE_COOKIE = "ti2v_language"
# The cookie of an annotator inside the frame of Mechanical Turk. It never signs a person in.
FRAME_COOKIE = "ti2v_frame"


def cookies_of(request: Request) -> dict[str, str]:
    """Return the cookies that this server has set, keyed by name without the prefix `__Host-`.

    With https, every name has the prefix. With this prefix, a browser accepts the cookie only from this host,
    so no other host of the same domain can set such a cookie.
    """
    prefix = cookie_prefix(request.app.state.context)
    return {
        name.removeprefix(prefix): value for name, value in request.cookies.items() if name.startswith(prefix)
    }


def cookie_of(request: Request) -> str | None:
    return cookies_of(request).get(COOKIE)


def frame_cookie_of(request: Request) -> str | None:
    return cookies_of(request).get(FRAME_COOKIE)


def annotator_cookie_of(request: Request) -> str | None:
    """Return the cookie that can identify an annotator.

    A browser sends either the normal cookie or the cookie for frames, never both.
    """
    return cookie_of(request) or frame_cookie_of(request)


def cookie_prefix(context: AppContext) -> str:
    return "__Host-" if context.settings.cookies_are_secure else ""


def set_link_cookie(response: Response, study: Study, secret: str, context: AppContext) -> None:
    """Store the secret of an opened unlisted link in a cookie that lasts until the browser is closed."""
    _set(response, link_cookie(study), secret, context, max_age=None)


def set_cookie(response: Response, cookie: str, context: AppContext) -> None:
    _set(response, COOKIE, cookie, context, max_age=_session_seconds(context))


def set_language_cookie(response: Response, language: Language, context: AppContext) -> None:
    _set(response, LANGUAGE_COOKIE, language, context, max_age=_session_seconds(context))


def set_frame_cookie(response: Response, cookie: str, context: AppContext) -> None:
    """Store the annotator's cookie so that a browser sends the cookie inside the frame of Mechanical Turk.

    Without `SameSite=None`, a browser sends no cookie when our page is in a frame on another site. The
    attribute `Partitioned` limits the cookie to frames on that site. Starlette writes `Partitioned` only on
    Python 3.14 and newer.
    """
    response.headers.append(
        "set-cookie",
        f"{cookie_prefix(context)}{FRAME_COOKIE}={cookie}; HttpOnly; "
        f"Max-Age={_session_seconds(context)}; Path=/; "
        "SameSite=None; Secure; Partitioned",
    )


def delete_cookie(response: Response, name: str, context: AppContext) -> None:
    """Delete a cookie; `name` is the cookie's name without the prefix `__Host-`."""
    response.delete_cookie(
        cookie_prefix(context) + name, path="/", secure=context.settings.cookies_are_secure, httponly=True
    )


def _set(response: Response, name: str, value: str, context: AppContext, *, max_age: int | None) -> None:
    response.set_cookie(
        cookie_prefix(context) + name,
        value,
        max_age=max_age,
        httponly=True,
        secure=context.settings.cookies_are_secure,
        samesite="lax",
        path="/",
    )


def _session_seconds(context: AppContext) -> int:
    return context.settings.session_days * 86400
