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
            super().__init__(path, _limited(endpoint, request_class), **options)

    return LimitedRoute


def _limited(endpoint: Endpoint, request_class: RequestClass) -> Endpoint:
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def run_limited(*, request: Request, **arguments: Any) -> Any:
        capacity = context_of(request).capacities.of(request_class)
        return await capacity.run(endpoint, request=request, **arguments)

    return run_limited
