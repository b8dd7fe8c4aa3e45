"""Routes that know who asks before they read and validate a body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from app.dependencies import authenticate


class AuthenticatedRoute(APIRoute):
    """A route of people: whoever shows no valid key or session gets 401, whatever the body is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_authenticated(request: Request) -> Response:
            await run_in_threadpool(authenticate, request)
            return await handle(request)

        return handle_authenticated
