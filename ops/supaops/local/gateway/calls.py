"""What a request asks for: which arguments, and in which form the answer (pure)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, QueryParams

from supaops.local.gateway import problems

_ONE_OBJECT = "application/vnd.pgrst.object+json"
_JSON = ("application/json", "application/*", "*/*")
_OF_QUERIES = frozenset({"order", "limit", "offset", "columns", "and", "or", "not.and", "not.or"})


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a call: their names, and the body, which is JSON text."""

    names: tuple[str, ...]
    body: str


def posted(body: bytes, content_type: str | None, query: QueryParams) -> Call:
    """Return the call of a POST: an object's keys are the arguments' names; nothing is {}.

    Raises: Problem.
    """
    _refuse_filters(query, query)
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise problems.bad_body(f"Content-Type not acceptable: {kind}")
    try:
        text = body.decode() or "{}"
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise problems.bad_body("Empty or invalid json") from None
    return Call(tuple(value) if isinstance(value, dict) else (), text)


def asked(query: QueryParams) -> Call:
    """Return the call of a GET: each parameter is an argument, whose type reads its text.

    Raises: Problem.
    """
    arguments = {name: text for name, text in query.items() if name not in ("apikey", "select")}
    _refuse_filters(query, ())
    return Call(tuple(arguments), json.dumps(arguments))


def _refuse_filters(query: QueryParams, refused: Any) -> None:
    asked_for = [name for name in query if name in _OF_QUERIES or name in refused]
    asked_for = [name for name in asked_for if name not in ("apikey", "select")]
    if asked_for or query.get("select", "*") != "*":
        what = ", ".join(asked_for) or "select"
        raise problems.not_implemented(f"the local gateway filters no answers: {what}")


def wants_one_object(headers: Headers) -> bool:
    """Tell whether one object is asked for.

    Raises: Problem 406 when the caller takes no JSON.
    """
    accepted = headers.get("accept", "*/*")
    kinds = [each.partition(";")[0].strip().lower() for each in accepted.split(",")]
    if _ONE_OBJECT in kinds:
        return True
    if not set(kinds) & set(_JSON):
        raise problems.no_media_type(accepted)
    return False
