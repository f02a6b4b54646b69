"""The findings of pydantic as sentences for the author of the YAML."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from supaops.config.places import KeyPath, SourceMap, dotted, listed, shorten
from supaops.config.problem import Complaint, Complaints
from supaops.config.scalars import meant_boolean
from supaops.config.secrecy import may_show
from supaops.config.suggest import did_you_mean, nearest
from supaops.errors import SupaopsError


def explain(
    error: ValidationError, model: type[BaseModel], source: SourceMap
) -> list[SupaopsError]:
    """Return every finding with its place, its key's path, what was expected and what was found."""
    details: list[dict[str, Any]] = [dict(detail) for detail in error.errors(include_url=False)]
    misspelt = {
        (*detail["loc"][:-1], nearest(str(detail["loc"][-1]), keys_of(model, detail["loc"][:-1])))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    return [
        problem
        for detail in details
        if not (detail["type"] == "missing" and detail["loc"] in misspelt)
        for problem in _problems(detail, model, source)
    ]


def problem_at(
    source: SourceMap, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False
) -> SupaopsError:
    """Return a problem about the entry at `path`, placed at its value or else its key."""
    spot = source.find(path)
    exact = path in source.spots
    place = (spot.key if at_key or not exact else spot.value) if spot else None
    where = f"{dotted(path)}: " if path else ""
    return SupaopsError(where + message, place=str(place) if place else None, hint=hint)


def _problems(
    detail: dict[str, Any], model: type[BaseModel], source: SourceMap
) -> Iterator[SupaopsError]:
    loc: KeyPath = detail["loc"]
    # pydantic marks a fault of a key itself so; a real key of that name has a spot.
    is_key = loc[-1:] == ("[key]",) and loc not in source.spots
    path = loc[:-1] if is_key else loc
    if detail["type"] == "extra_forbidden":
        known = list(keys_of(model, path[:-1]))
        hint = did_you_mean(str(path[-1]), known, f"known here: {listed(known)}")
        yield problem_at(source, path, "unknown key", hint=hint, at_key=True)
        return
    for complaint in _complaints(detail):
        shown = complaint.reveal and not complaint.below and may_show(path)
        found = f", found {describe(detail['input'])}" if shown else ""
        message = f"bad name: {complaint.expected}" if is_key else complaint.expected + found
        below = (*path, *complaint.below)
        yield problem_at(source, below, message, hint=complaint.hint, at_key=is_key)


def _complaints(detail: dict[str, Any]) -> list[Complaint]:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, Complaint):
        return [cause]
    if isinstance(cause, Complaints):
        return cause.complaints
    return [_translated(detail)]


def _translated(detail: Mapping[str, Any]) -> Complaint:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return Complaint(
            "this key is required", hint=f"add `{detail['loc'][-1]}:` here", reveal=False
        )
    if kind == "bool_type":
        return _boolean(detail["input"])
    if kind == "literal_error":
        return _choice(detail["input"], str(context["expected"]))
    template = _SENTENCES.get(kind, "expected another value")
    return Complaint(
        template.format(**context), hint=_HINTS.get(kind) or _unquoted(detail["input"])
    )


def _unquoted(value: object) -> str | None:
    is_number = isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value, re.ASCII)
    return "remove the quotes" if is_number else None


def _boolean(value: object) -> Complaint:
    meant = meant_boolean(value)
    if meant:
        return Complaint(
            f"`{value}` is not a boolean in YAML 1.2", hint=f"write {meant}", reveal=False
        )
    hint = "remove the quotes" if value in ("true", "false") else None
    return Complaint("expected true or false", hint=hint)


def _choice(value: object, expected: str) -> Complaint:
    choices = expected.replace("'", "`")
    known = [choice.strip("'") for choice in expected.replace(" or ", ", ").split(", ")]
    return Complaint(f"expected {choices}", hint=did_you_mean(str(value), known) or None)


_SENTENCES = {
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "greater_than_equal": "expected at least {ge:g}",
    "less_than_equal": "expected at most {le:g}",
    "model_type": "expected a mapping",
    "dict_type": "expected a mapping",
    "too_short": "expected at least {min_length} entry",
}
_HINTS = {"model_type": "indent its keys below it", "dict_type": "indent its keys below it"}


def describe(value: object) -> str:
    """Return what was found, short, and without anything that looks like a secret."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"`{shorten(value)}`"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    return "a list" if isinstance(value, list) else f"`{value}`"


def keys_of(model: type[BaseModel], path: KeyPath) -> Iterator[str]:
    """Yield the keys that the section at `path` of `model` may hold, as the YAML writes them."""
    section: Any = model
    for key in path:
        section = _below(section, key)
    if isinstance(section, type) and issubclass(section, BaseModel):
        for name, field in section.model_fields.items():
            if not (section is model and name == "environment"):
                yield field.alias or name


def _below(section: Any, key: str | int) -> Any:
    if isinstance(section, type) and issubclass(section, BaseModel):
        fields = {field.alias or name: field for name, field in section.model_fields.items()}
        return fields[str(key)].annotation if key in fields else None
    arguments = typing.get_args(section)
    return arguments[1] if typing.get_origin(section) is dict else None
