"""Builds the security headers of every response."""

# The production and the sandbox site of Mechanical Turk. A HIT (a task on that site) shows our page in a
# frame, and the site receives the page's form.
# Sources: docs.aws.amazon.com/AWSMechTurk/latest/AWSMturkAPI/ApiReference_ExternalQuestionArticle.html and
# .../AWSMechanicalTurkRequester/mturk-hits-defining-questions-html-rendered.html, read 2026-11-30.
MTURK_ORIGINS = ("https://www.mturk.com", "https://workersandbox.mturk.com")


def content_security_policy(*, may_be_framed: bool = False) -> str:
    """Return the content security policy of a page.

    If `may_be_framed` is true, Mechanical Turk may show the page in a frame and receive the page's form.
    """
    mturk = " ".join(MTURK_ORIGINS)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            f"form-action 'self' {mturk}" if may_be_framed else "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {mturk}" if may_be_framed else "frame-ancestors 'none'",
        )
    )


def security_headers(*, is_https: bool, may_be_framed: bool = False) -> list[tuple[bytes, bytes]]:
    """Return the security headers of every response, as pairs of bytes for ASGI."""
    headers = {
        "content-security-policy": content_security_policy(may_be_framed=may_be_framed),
        "x-content-type-options": "nosniff",
        # An invitation's URL is a secret and must not be sent to other sites. `no-referrer` would set
        # `Origin: null` on form posts, which cannot be distinguished from a cross-site request.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    if is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
