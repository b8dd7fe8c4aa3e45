"""Routes that run in the threads of a request class (`app/capacity.py`), not in the default threads."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from app.capacity import RequestClass
from app.dependencies import context_of

Endpoint = Callable[..., Any]


def limited_route(request_class: RequestClass, base: type[APIRoute] = APIRoute) -> type[APIRoute]:
    """Return a route class whose handlers run in the threads of a request class.

    Every non-coroutine handler must have a parameter `request`.

    Coroutine handlers are unchanged, because a coroutine itself chooses the request class of each step.
    """

    class LimitedRoute(base):  # type: ignore[valid-type,misc]  # the base is a parameter
        def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
            limited_endpoint = endpoint if inspect.iscoroutinefunction(endpoint) else limit(endpoint)
            super().__init__(path, limited_endpoint, **options)

    limit = limited(request_class)
    return LimitedRoute


def limited(request_class: RequestClass) -> Callable[[Endpoint], Endpoint]:
    """Return a decorator for a single handler of a router whose other handlers have another request class.

    The handler must be a non-coroutine function with a parameter `request`.
    """

    def limit(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def run_limited(*, request: Request, **arguments: Any) -> Any:
            capacity = context_of(request).capacities.of(request_class)
            return await capacity.run(endpoint, request=request, **arguments)

        return run_limited

    return limit
