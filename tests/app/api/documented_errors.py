"""Wraps an application, so that every REST test also checks that OpenAPI documents each error."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import API

# Starlette sends these errors for addresses and methods without a route.
_WITHOUT_A_ROUTE = {"method_not_allowed"}


class DocumentedErrors:
    """Raises an error if a response has an error code that OpenAPI does not document for the route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, body = 0, b""

        async def listen(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"") if status >= 400 else b""
            await send(message)

        await self._app(scope, receive, listen)
        route = scope.get("route")
        if status >= 400 and route is not None and scope["path"].startswith(f"{API}/"):
            code = json.loads(body)["error"]
            documented = getattr(route, "responses", {}).get(status, {}).get("x-error-codes", [])
            assert code in {*documented, *_WITHOUT_A_ROUTE}, (
                f"{scope['method']} {route.path} answered {status} {code}, which OpenAPI does not name"
            )
