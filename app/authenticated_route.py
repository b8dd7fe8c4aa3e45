"""Routes that authenticate a request before they read and validate the body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from app.dependencies import authenticate


class AuthenticatedRoute(APIRoute):
    """A route that checks the key or session before reading the body, and answers 401 if neither is valid."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_authenticated(request: Request) -> Response:
            await run_in_threadpool(authenticate, request)
            return await handle(request)

        return handle_authenticated
