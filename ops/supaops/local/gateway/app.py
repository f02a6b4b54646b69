"""``/rest/v1/rpc/<function>`` by PostgREST's rules."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from supaops.db.gateway import Answer, Call, CallableFunctions, Function, ServerRefusal, Session
from supaops.errors import ConnectionFailed
from supaops.local.gateway import problems
from supaops.local.gateway.callers import caller
from supaops.local.gateway.calls import asked, posted, wants_one_object
from supaops.local.gateway.choice import candidates
from supaops.local.gateway.problems import Problem

_READING = ("GET", "HEAD")
LOG = logging.getLogger("supaops.gateway")


class Rpc:
    """Call a function for whoever has a key.

    Args:    secret: of the stack, which all its keys are signed with.
    """

    def __init__(self, functions: CallableFunctions, secret: str) -> None:
        self._functions = functions
        self._secret = secret

    async def __call__(self, request: Request) -> Response:
        """Answer as PostgREST would.

        Raises: Problem.
        """
        whom = caller(request, self._secret)
        _check_schema(request)
        one_object = wants_one_object(request.headers)
        try:
            async with self._functions.session() as session:
                function, call = await _chosen(session, request)
                read_only = request.method in _READING or not function.may_write
                answer = await session.call(function, call, whom, read_only=read_only)
        except ServerRefusal as refusal:
            raise problems.refused(refusal, role=whom.role) from None
        except ConnectionFailed:
            raise problems.no_connection() from None
        return _response(function, answer, one_object=one_object, counts=_wants_count(request))


async def _chosen(session: Session, request: Request) -> tuple[Function, Call]:
    name, is_post = request.path_params["name"], request.method == "POST"
    if not is_post and request.method not in _READING:
        raise problems.bad_method(request.method)
    kind = request.headers.get("content-type")
    query = request.query_params
    call = posted(await request.body(), kind, query) if is_post else asked(query)
    functions = await session.named(name)
    match candidates(functions, call.names, is_post=is_post):
        case [function]:
            return function, call
        case []:
            others = await session.names()
            raise problems.no_function(name, call.names, others, functions, is_post=is_post)
        case several:
            raise problems.ambiguous(several)


def application(functions: CallableFunctions, secret: str) -> Starlette:
    """Return the gateway; whatever else is asked for is told that it is not here."""
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[Route("/rest/v1/rpc/{name}", _answering(Rpc(functions, secret)), methods=methods)],
        exception_handlers={HTTPException: _elsewhere, Exception: _defect},
    )


def _answering(rpc: Rpc) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await rpc(request)
        except Problem as problem:
            return problem.response

    return answer


async def _elsewhere(request: Request, _error: Exception) -> Response:
    return problems.not_served(request.url.path).response


async def _defect(request: Request, error: Exception) -> Response:
    LOG.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
    return problems.defect().response


def _check_schema(request: Request) -> None:
    header = "accept-profile" if request.method in _READING else "content-profile"
    name = request.headers.get(header, "public")
    if name != "public":
        raise problems.no_schema(name)


def _wants_count(request: Request) -> bool:
    return "count=" in request.headers.get("prefer", "")


def _response(function: Function, answer: Answer, *, one_object: bool, counts: bool) -> Response:
    last = f"0-{answer.rows - 1}" if answer.rows else "*"
    headers = {"Content-Range": f"{last}/{answer.rows if counts else '*'}"}
    if answer.body is None:
        return Response(status_code=204, headers=headers)
    body = _one(answer) if one_object and function.returns_set else answer.body
    media = "application/vnd.pgrst.object+json" if one_object else "application/json"
    return Response(body, headers=headers, media_type=f"{media}; charset=utf-8")


def _one(answer: Answer) -> str:
    """Return the only row.

    Raises: Problem when it is not the only one, or none.
    """
    if answer.rows != 1:
        raise problems.not_one_row(answer.rows)
    return json.dumps(json.loads(answer.body or "")[0])
