"""A payload as the type that its handler asks for, or what is wrong with it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from supaops.errors import SupaopsError
from supaops.worker.outcome import Discard

Model = TypeAdapter[Any]
Accept = Callable[[Any], Any]
Faults = Callable[[Any], Iterable[str]]

_AS_IT_IS = (Any, object, dict, Mapping, inspect.Parameter.empty)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_WORDS = frozenset(get_args(ErrorType))


class InvalidPayload(Discard):
    """The payload breaks its declared schema, or is not what its handler takes; no retry helps."""


def payload_type(function: Callable[..., Any]) -> Any:
    """Return what the second parameter is annotated with; None for what takes any JSON.

    Raises: SupaopsError when the annotation names what is not there.
    """
    parameters = [each for each in _parameters(function) if each.kind in _BY_POSITION]
    found = parameters[1].annotation if len(parameters) > 1 else None
    found = _evaluated(found, function) if isinstance(found, str) else found
    return None if found is None or _takes_any(found) else found


def model_of(payload: Any) -> Model:
    """Return the validator of a type.

    Raises: SupaopsError for a type that pydantic has no validator for.
    """
    try:
        return TypeAdapter(payload)
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise SupaopsError(
            f"no payload can be checked against {payload!r}: {str(error).splitlines()[0]}",
            hint="use a pydantic model, a TypedDict of typing_extensions or a dataclass; "
            "dict takes any object",
        ) from error


def acceptor(model: Model | None, faults: Faults | None) -> Accept | None:
    """Return what checks a payload and returns what the handler is given; None for no check.

    What it returns raises InvalidPayload, with a path and a reason for each fault and without any
    value of the payload.
    """
    if faults is None:
        return None if model is None else _by_model(model)
    return _by_schema(faults, _by_model(model) if model else None)


def _by_schema(faults: Faults, then: Accept | None) -> Accept:
    def accept(payload: Any) -> Any:
        if found := list(faults(payload)):
            raise InvalidPayload("; ".join(found))
        return then(payload) if then else payload

    return accept


def _by_model(model: Model) -> Accept:
    def accept(payload: Any) -> Any:
        try:
            return model.validate_python(payload)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        raise InvalidPayload("; ".join(map(_fault, found)))

    return accept


def _fault(error: ErrorDetails) -> str:
    return f"{path_of(error['loc'])}: {_reason(error)}"


def path_of(keys: Iterable[str | int]) -> str:
    """Return ``$.games[0].id``, as the database writes a path."""
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)


def _reason(error: ErrorDetails) -> str:
    """Return pydantic's words without those that quote the payload or come from the model."""
    context = error.get("ctx", {})
    if error["type"] not in _WORDS:
        return f"refused by the model ({error['type']})"
    if "tag" in context:
        return f"expected one of the tags {context['expected_tags']}"
    if "error" in context:
        return re.split("[,:]", error["msg"])[0]
    return error["msg"]


def _takes_any(annotation: Any) -> bool:
    return annotation in _AS_IT_IS or get_origin(annotation) in _AS_IT_IS


def _parameters(function: Callable[..., Any]) -> Iterable[inspect.Parameter]:
    try:
        return inspect.signature(function).parameters.values()
    except ValueError:  # some that are written in C tell nothing
        return ()


def _evaluated(annotation: str, function: Callable[..., Any]) -> Any:
    while isinstance(function, partial):
        function = function.func
    call = function if inspect.isroutine(function) else type(function).__call__
    names = getattr(inspect.unwrap(call), "__globals__", {})
    try:
        return eval(annotation, dict(names))  # noqa: S307  the annotation is the handler's own code
    except Exception as error:
        raise SupaopsError(
            f"the payload's type {annotation!r} cannot be found: {error}",
            hint="import it at run time, not under TYPE_CHECKING; or name it in the decorator, as "
            "in @registry.handler(..., payload=TheType)",
        ) from error
