"""The sign-in form that the server returns to people who are not signed in."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request


@dataclass(frozen=True)
class SignInForm:
    """The sign-in form; `target` is the page to show after the sign-in.

    `answers_form` is true if the server refused a submitted form because the person was not signed in. After
    the sign-in, the form's page restores the fields.
    """

    message: str = ""
    target: str = "/"
    answers_form: bool = False
    # The name of the OpenID Connect provider; None if the server has none.
    provider: str | None = None

    @property
    def url(self) -> str:
        return "/sign-in"

    @property
    def provider_url(self) -> str:
        return f"/openid/start?{urlencode({'target': self.target})}"


def local_path(target: str) -> str:
    """Return the path if it is on this server, otherwise `/`.

    The function prevents a redirect from a form to another site.

    >>> local_path("/studies/a/results?x=1"), local_path("//example.org"), local_path("https://example.org")
    ('/studies/a/results?x=1', '/', '/')
    """
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_local else "/"


def build_sign_in_form(request: Request, message: str) -> SignInForm:
    """Return the sign-in form for a refused request; an empty message selects the default message."""
    provider = provider_name(request)
    if request.url.path.startswith(("/sign-in", "/openid")):
        return SignInForm(message or "Sign in to see this page.", provider=provider)
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        target = local_path(request.url.path + query)
        return SignInForm(message or "Sign in to see this page.", target, provider=provider)
    refusal = "You are signed out, so nothing was saved. Sign in, then send the form again."
    return SignInForm(message or refusal, _page_of_form(request), answers_form=True, provider=provider)


def provider_name(request: Request) -> str | None:
    """Return the name of the server's OpenID Connect provider; None if the server has none."""
    context = request.app.state.context
    return context.settings.openid_name if context.openid else None


def _page_of_form(request: Request) -> str:
    """Return the URL of the page that sent a form; "/" if the browser names no page."""
    try:
        sender = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if sender.netloc != request.headers.get("host"):
        return "/"
    return local_path(f"{sender.path}?{sender.query}" if sender.query else sender.path or "/")
