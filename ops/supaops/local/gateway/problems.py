"""What the gateway refuses, in PostgREST's words (pure).

Source: PostgREST 17, docs/references/errors.rst.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus

from starlette.responses import JSONResponse

from supaops.db.gateway import Function, ServerRefusal

# The status of a SQLSTATE, else of its class; 400 for all others.
_BY_STATE: Mapping[str, int] = {
    "22023": 400,
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "42501": 403,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "53400": 500,
    "57P01": 503,
    "P0001": 400,
}
_BY_CLASS: Mapping[str, int] = {
    "08": 503,
    "0L": 403,
    "0P": 403,
    "28": 403,
    "53": 503,
    **dict.fromkeys(
        ["09", "25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "F0", "HV", "P0", "XX"],
        int(HTTPStatus.INTERNAL_SERVER_ERROR),
    ),
}
_BEARER = {"WWW-Authenticate": "Bearer"}
# A name must be close, lest a stranger finds out what there is; arguments need not be.
_CLOSE_NAME, _CLOSE_ARGUMENTS = 0.75, 0.33


class Problem(Exception):
    """A request that is refused, as its answer tells it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "details": details, "hint": hint, "message": message}
        self.headers = dict(headers or {})

    @property
    def response(self) -> JSONResponse:
        """Return the answer."""
        charset = {"Content-Type": "application/json; charset=utf-8"}
        return JSONResponse(self.body, self.status, headers={**self.headers, **charset})


def refused(refusal: ServerRefusal, *, role: str) -> Problem:
    """Return the server's own refusal; without a privilege a stranger is asked to log in."""
    status = _status(refusal)
    if refusal.sqlstate == "42501" and role == "anon":
        status = HTTPStatus.UNAUTHORIZED
    return Problem(
        status,
        refusal.sqlstate,
        refusal.message,
        details=refusal.details,
        hint=refusal.hint,
        headers=_BEARER if status == HTTPStatus.UNAUTHORIZED else None,
    )


def _status(refusal: ServerRefusal) -> int:
    state = refusal.sqlstate
    if state.startswith("PT"):
        return int(state[2:]) if state[2:].isdigit() else 500
    if state == "22023" and refusal.message.startswith("role "):
        return HTTPStatus.UNAUTHORIZED
    return _BY_STATE.get(state) or _BY_CLASS.get(state[:2]) or 400


def bad_token(code: str, message: str) -> Problem:
    """Return the refusal of a token."""
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    return Problem(401, code, message, headers={"WWW-Authenticate": challenge})


def no_function(
    name: str,
    keys: Sequence[str],
    others: Sequence[str],
    overloads: Sequence[Function],
    *,
    is_post: bool,
) -> Problem:
    """Return that there is no function of this name with these arguments.

    Args:
        others: the names of all functions.
        overloads: those of this name, whose arguments are other ones.
    """
    listed = ", ".join(sorted(keys))
    plural = "s" if len(keys) > 1 else ""
    searched = f"with parameter{plural} {listed}" if keys else "without parameters"
    if is_post:
        searched += " or with a single unnamed json/jsonb parameter"
    given = f"({listed})" if keys else " without parameters"
    return Problem(
        404,
        "PGRST202",
        f"Could not find the function public.{name}{given} in the schema cache",
        details=f"Searched for the function public.{name} {searched}, but no matches were found"
        " in the schema cache.",
        hint=_did_you_mean(name, listed, others, overloads),
    )


def _did_you_mean(
    name: str, listed: str, others: Sequence[str], overloads: Sequence[Function]
) -> str | None:
    if overloads:
        known = [", ".join(sorted(each.name for each in f.arguments)) for f in overloads]
        close = get_close_matches(listed, known, 1, _CLOSE_ARGUMENTS)
        close = [f"{name}({each})" for each in close]
    else:
        close = get_close_matches(name, others, 1, _CLOSE_NAME)
    return f"Perhaps you meant to call the function public.{close[0]}" if close else None


def ambiguous(functions: Sequence[Function]) -> Problem:
    """Return that several functions would do."""
    listed = ", ".join(map(_signature, functions))
    return Problem(
        300,
        "PGRST203",
        f"Could not choose the best candidate function between: {listed}",
        hint="Try renaming the parameters or the function itself in the database so function"
        " overloading can be resolved",
    )


def _signature(function: Function) -> str:
    arguments = ", ".join(f"{each.name} => {each.type}" for each in function.arguments)
    return f"public.{function.name}({arguments})"


def bad_body(message: str) -> Problem:
    """Return that the body is no JSON, or of another type."""
    return Problem(400, "PGRST102", message)


def no_media_type(accepted: str) -> Problem:
    """Return that nothing but JSON is to be had."""
    return Problem(406, "PGRST107", f"None of these media types are available: {accepted}")


def not_one_row(rows: int) -> Problem:
    """Return that one object was asked for, and there is another number."""
    return Problem(
        406,
        "PGRST116",
        "Cannot coerce the result to a single JSON object",
        details=f"The result contains {rows} rows",
    )


def no_schema(name: str) -> Problem:
    """Return that a schema is not exposed."""
    hint = "Only the following schemas are exposed: public"
    return Problem(406, "PGRST106", f"Invalid schema: {name}", hint=hint)


def not_implemented(details: str) -> Problem:
    """Return that the real API can do it, and this one cannot."""
    return Problem(400, "PGRST127", "Feature not implemented", details=details)


def bad_method(method: str) -> Problem:
    """Return that functions are called by POST and GET."""
    return Problem(405, "PGRST101", f"Cannot use the {method} method on RPC")


def no_key(message: str) -> Problem:
    """Return that the API gateway before PostgREST lets nobody through without a key."""
    hint = "Double check your Supabase `anon` or `service_role` API key."
    return Problem(401, "", message, hint=hint)


def not_served(path: str) -> Problem:
    """Return that the local gateway has no other services."""
    return Problem(
        404,
        "PGRST125",
        "Invalid path specified in request URL",
        details=f"{path} is not served: supaops' local gateway has /rest/v1/rpc/<function> alone",
        hint="for tables, auth, storage and functions run: supabase start",
    )


def no_connection() -> Problem:
    """Return that there is no database."""
    return Problem(503, "PGRST001", "Database connection error. Retrying the connection.")


def defect() -> Problem:
    """Return that the gateway itself is at fault; the log says more."""
    return Problem(500, "PGRSTX00", "the local gateway failed; see: supaops local logs --standins")
