"""Base of all REST API routers: strict JSON bodies and queries, and errors in one documented format."""

import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.base import SecurityBase

from app.api.v1.error_responses import common_errors
from app.api.v1.query_parameters import declared_query
from app.authenticated_route import AuthenticatedRoute
from app.capacity import RequestClass
from app.cookies import COOKIE
from app.errors import BadRequest
from app.limited_routes import limited_route
from app.middleware import API

# These dependencies only document in /api/v1/openapi.json how to send credentials; requests do not run them.
# app/dependencies.py reads the credentials. A route with several schemes accepts credentials of any of these
# schemes.
KEY = Depends(
    HTTPBearer(auto_error=False, description="A key from `ti2v key create` or `POST /api/v1/keys`.")
)
BROWSER = Depends(
    APIKeyCookie(
        name=COOKIE,
        scheme_name="BrowserCookie",
        auto_error=False,
        description="The cookie of a browser in which a person signed in: `POST /sign-in/{token}` sets it.",
    )
)
ANNOTATOR = Depends(
    APIKeyCookie(
        name=COOKIE,
        scheme_name="AnnotatorCookie",
        auto_error=False,
        description="The cookie of an annotator: `GET /invite/{token}`, an invitation link, sets it.",
    )
)
# Documents the optional key of routes that return more to a person with a key than to a visitor.
OPTIONAL_KEY: dict[str, Any] = {"security": [{}, {"HTTPBearer": []}]}


def api_router(
    tag: str,
    request_class: RequestClass | None = None,
    *,
    is_for_people: bool = True,
    credentials: Sequence[params.Depends] = (),
) -> APIRouter:
    """Return the router of one resource. The paths of its routes begin with `API`.

    Args:
        tag: the name of the resource.
        request_class: the request class (app/capacity.py) whose threads run the routes; None for the default
            threads.
        is_for_people: whether the routes are for signed-in people only. A route for people checks the key or
            the browser before it reads the body.
        credentials: the OpenAPI description of any credentials other than a key or a browser session.
    """
    base = PersonJsonRoute if is_for_people else StrictJsonRoute
    route_class = limited_route(request_class, base) if request_class else base
    return APIRouter(
        prefix=API,
        tags=[tag],
        route_class=route_class,
        dependencies=credentials or ([KEY, BROWSER] if is_for_people else []),
        responses=common_errors(is_for_people=is_for_people),
    )


class StrictJsonRoute(APIRoute):
    """A route that rejects ambiguous JSON, and rejects query parameters that the route does not declare.

    If a JSON object repeats a name, Python's parser silently keeps only the last value. FastAPI ignores
    unknown query parameters, so a misspelled filter would return everything.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        documented = self.dependant
        self.dependant = _without_credentials(documented)
        handle = super().get_route_handler()
        self.dependant = documented
        query = declared_query(documented)

        async def handle_strictly(request: Request) -> Response:
            query.check(request.query_params)
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


class PersonJsonRoute(AuthenticatedRoute, StrictJsonRoute):
    """A strict route that authenticates the request before it reads the body."""


def _without_credentials(dependant: Dependant) -> Dependant:
    """Return a copy without the dependencies that only document credentials."""
    return replace(
        dependant, dependencies=[each for each in dependant.dependencies if _has_effect(each.call)]
    )


def _has_effect(dependency: object) -> bool:
    return not isinstance(dependency, SecurityBase)


class _StrictRequest(Request):
    async def json(self) -> Any:
        """Return the parsed JSON body, which must be UTF-8 text; a byte order mark is allowed.

        Raises:
            BadRequest: the body is not UTF-8 or not JSON, is nested too deep, or has an object with a
                repeated name.
        """
        body = await self.body()
        try:
            text = body.decode("utf-8-sig")
            return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadRequest("The body is not valid JSON.", code="not_json") from error


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequest("The body names a field twice.", code="not_json")
    return found


def _refuse_constant(_name: str) -> float:
    raise ValueError("JSON has no NaN and no Infinity")
