"""Routes of the sign-in with an OpenID Connect provider."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.context import AppContext
from app.cookies import cookie_of, cookie_prefix, cookies_of, delete_cookie, set_cookie
from app.dependencies import context_of, count_wrong_secret
from app.errors import NotFound, NotSignedIn
from app.openid.service import person_of
from app.security.browsers import open_browser
from app.security.id_tokens import refused
from app.security.openid_provider import Provider, SignInSecrets
from app.security.tokens import derived_token, new_token
from app.sign_in_form import local_path

router = APIRouter(include_in_schema=False)
# The cookie proves that the browser that returns from the provider is the browser that began to sign in.
STATE_COOKIE = "ti2v_openid"
STATE_SECONDS = 600
Text = Annotated[str, Query(max_length=4096)]


@router.get("/openid/start")
def start(request: Request, target: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Redirect the browser to the provider's sign-in page."""
    context = context_of(request)
    state = new_token()
    address = _provider(context).sign_in_url(
        _secrets(context, state), state=state, redirect_uri=_redirect_uri(context), now=utc_now()
    )
    answer = RedirectResponse(address, status_code=303)
    kept = urlsafe_b64encode(local_path(target).encode()).rstrip(b"=").decode()
    answer.set_cookie(
        cookie_prefix(context) + STATE_COOKIE,
        f"{state}.{kept}",
        max_age=STATE_SECONDS,
        httponly=True,
        secure=context.settings.cookies_are_secure,
        samesite="lax",
        path="/",
    )
    return answer


@router.get("/openid/callback")
def callback(
    request: Request, code: Text = "", state: Text = "", iss: Text = "", error: Text = ""
) -> Response:
    """Sign in a browser that returns from the provider; redirect it to the page that it first requested."""
    context = context_of(request)
    provider = _provider(context)
    begun, _, kept = cookies_of(request).get(STATE_COOKIE, "").partition(".")
    try:
        # RFC 9207: the parameter `iss` protects against answers of another provider.
        is_other_issuer = iss not in ("", context.settings.openid_issuer)
        if not begun or not hmac.compare_digest(begun.encode(), state.encode()) or is_other_issuer:
            raise refused()
        if error or not code:
            raise NotSignedIn(
                "The sign-in provider did not sign you in. Sign in again, or use a key.",
                code="sign_in_failed",
            )
        now = utc_now()
        identity = provider.identity(
            code, _secrets(context, begun), redirect_uri=_redirect_uri(context), now=now
        )
        with context.database.write() as session:
            person = person_of(session, identity, new_role=context.settings.openid_role, now=now)
            browser = open_browser(
                session, cookie=cookie_of(request), now=now, days=context.settings.session_days
            )
            browser.row.person_id = person.id
    except NotSignedIn:
        count_wrong_secret(request)
        raise
    answer = RedirectResponse(_target(kept), status_code=303)
    delete_cookie(answer, STATE_COOKIE, context)
    set_cookie(answer, browser.cookie, context)
    return answer


def _provider(context: AppContext) -> Provider:
    if context.openid is None:
        raise NotFound("This server has no sign-in provider. Sign in with a key, or ask an admin for a link.")
    return context.openid


def _secrets(context: AppContext, state: str) -> SignInSecrets:
    """Return the secrets of one sign-in, derived from the sign-in's parameter `state`.

    Nobody can compute these secrets without the server's secret key.
    """
    key = context.settings.signing_key
    return SignInSecrets(
        derived_token(key, f"openid nonce {state}"), derived_token(key, f"openid pkce {state}")
    )


def _redirect_uri(context: AppContext) -> str:
    return f"{context.settings.effective_public_url}/openid/callback"


def _target(kept: str) -> str:
    try:
        return local_path(urlsafe_b64decode(kept + "=" * (-len(kept) % 4)).decode())
    except (Error, ValueError):
        return "/"
