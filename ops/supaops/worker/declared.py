"""The handlers beside the task types that the YAML declares, compared before the first job."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from pydantic.errors import PydanticUserError

from supaops.config import Config, config_place
from supaops.config.suggest import did_you_mean
from supaops.errors import ConfigError, SupaopsError
from supaops.worker.builtin import builtin
from supaops.worker.fit import misfits
from supaops.worker.handlers import Handler, Handlers
from supaops.worker.payloads import Faults

log = logging.getLogger("supaops.worker")


def declared(handlers: Handlers, config: Config) -> Handlers:
    """Return the handlers, each with the check of its task type's declared payload.

    A declared task type without a handler is a warning: another worker may have it.

    Raises: ConfigError with every handler of a task type that is not declared, and every one whose
        payload cannot be what is declared; each has the handler's ``file:line``.
    """
    if problems := [problem for handler in handlers for problem in _problems(handler, config)]:
        raise ConfigError(problems)
    for name in config.queue.task_types:
        if handlers.get(name) is None and builtin.get(name) is None:
            log.warning("task type %r is declared and has no handler in this worker", name)
    checked = Handlers()
    for handler in handlers:
        checked.add(handler.declared_as(_faults(handler.task_type, config)))
    return checked


def _faults(task_type: str, config: Config) -> Faults | None:
    known = config.queue.task_types.get(task_type)
    if known is None or known.payload is None:
        return None
    from supaops.worker.schemas import faults_of  # noqa: PLC0415  jsonschema takes a while

    return faults_of(known.payload)


def _problems(handler: Handler, config: Config) -> Iterator[SupaopsError]:
    name = handler.task_type
    known = config.queue.task_types.get(name)
    if known is not None and known.payload is not None:
        yield from _unfit(handler, config, known.payload)
    elif known is None and builtin.get(name) is None:
        yield _undeclared(handler, config)


def _undeclared(handler: Handler, config: Config) -> SupaopsError:
    place = config_place(config, ("queue", "task_types"))
    where = "queue.task_types" + (f" ({place})" if place else "")
    remedy = f"declare it under {where}, or remove the handler"
    return SupaopsError(
        f"there is a handler for the task type {handler.task_type!r}, which is not declared",
        place=handler.place,
        hint=did_you_mean(handler.task_type, config.queue.task_types, remedy),
    )


def _unfit(handler: Handler, config: Config, schema: object) -> Iterator[SupaopsError]:
    key = ("queue", "task_types", handler.task_type, "payload")
    place = config_place(config, key)
    where = ".".join(key) + (f" ({place})" if place else "")
    for message, remedy in misfits(_schema(handler), schema):
        yield SupaopsError(
            f"the handler of {handler.task_type!r} {message}",
            place=handler.place,
            hint=f"{where} declares it: {remedy}",
        )


def _schema(handler: Handler) -> dict[str, object]:
    """Return the JSON schema of what a handler takes; of what has none, one that takes anything."""
    try:
        return handler.model.json_schema() if handler.model else {}
    except PydanticUserError:
        return {}
