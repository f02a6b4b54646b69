"""What a request asks for: which arguments, and in which form the answer (pure)."""

from __future__ import annotations

import json
import re

from starlette.datastructures import Headers, QueryParams

from supaops.db.gateway import Call
from supaops.local.gateway import problems

_ONE_OBJECT = "application/vnd.pgrst.object+json"
_JSON = ("application/json", "application/*", "*/*")
_OF_QUERIES = frozenset({"order", "limit", "offset", "columns", "and", "or", "not.and", "not.or"})
_NO_ARGUMENTS = frozenset({"apikey", "select"})
_COLUMN = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?:::(?P<type>[a-z_][a-z0-9_]*))?")


def posted(body: bytes, content_type: str | None, query: QueryParams) -> Call:
    """Return the call of a POST: an object's keys are the arguments' names; nothing is {}.

    Raises: Problem.
    """
    columns = _columns(query, [name for name in query if name not in _NO_ARGUMENTS])
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise problems.bad_body(f"Content-Type not acceptable: {kind}")
    try:
        text = body.decode() or "{}"
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise problems.bad_body("Empty or invalid json") from None
    return Call(tuple(value) if isinstance(value, dict) else (), text, columns)


def asked(query: QueryParams) -> Call:
    """Return the call of a GET: each parameter is an argument, whose type reads its text.

    Raises: Problem.
    """
    columns = _columns(query, [name for name in query if name in _OF_QUERIES])
    arguments = {name: text for name, text in query.items() if name not in _NO_ARGUMENTS}
    return Call(tuple(arguments), json.dumps(arguments), columns)


def _columns(query: QueryParams, filters: list[str]) -> tuple[tuple[str, str | None], ...]:
    """Return the columns that are wanted; none stands for all.

    Raises: Problem for what the real one can do beyond that.
    """
    select = query.get("select", "*")
    wanted = [] if select == "*" else select.split(",")
    found = [_COLUMN.fullmatch(each) for each in wanted]
    if filters or not all(found):
        what = ", ".join(filters) or "select"
        raise problems.not_implemented(
            f"the local gateway selects columns and casts them, and no more: {what}"
        )
    return tuple((each["name"], each["type"]) for each in found if each)


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
