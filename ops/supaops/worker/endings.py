"""What a handler returned or raised, as the outcome of its attempt."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from supaops.db.work import Job, NewJob
from supaops.worker.failure import describe_failure, headline, name_of
from supaops.worker.outcome import Discard, Failed, Retry, Succeeded

Ended = Succeeded | Failed


class AttemptFailed(Exception):
    """Carries the failure of an attempt that ended in another process.

    Args:    failed: the outcome, which is described already.
    """

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.error)
        self.failed = failed


def succeeded(result: Any, added: Iterable[NewJob] = ()) -> Ended:
    """Return the outcome of a handler that returned; a result that is not JSON has failed."""
    try:
        return Succeeded(None if result is None else to_json(result), tuple(added))
    except BaseException as error:  # whatever an object's own methods raise
        return failed(error)


def failed(error: BaseException) -> Failed:
    """Return the outcome of a handler that raised."""
    if isinstance(error, AttemptFailed):
        return error.failed
    verdict = _verdict(error)
    if verdict is None:
        return Failed(describe_failure(error), error)
    if isinstance(verdict, Discard):
        return Failed(headline(verdict), verdict, discard=True)
    return Failed(headline(verdict), verdict, retry_in=verdict.after)


def kind_of(error: BaseException) -> str:
    """Return the class of what a handler raised, wherever it ran."""
    if isinstance(error, AttemptFailed):
        return error.failed.error.partition(":")[0].splitlines()[0]
    return name_of(error)


def timed_out(job: Job) -> Failed:
    """Return the outcome of an attempt that was cut off."""
    return Failed(f"TimeoutError: cut off after its timeout of {job.timeout.total_seconds():g} s")


def to_json(value: Any) -> str:
    """Return JSON text; pydantic models and dataclasses are objects in it.

    Raises: TypeError or ValueError for what is no JSON, NaN and infinity among it.
    """
    return _encode(value)


def _object(value: Any) -> Any:
    if isinstance(value, BaseModel) or dataclasses.is_dataclass(value):
        return to_jsonable_python(value)
    raise TypeError(f"{type(value).__qualname__} is not JSON")


_encode = json.JSONEncoder(allow_nan=False, default=_object).encode


def _verdict(error: BaseException) -> Discard | Retry | None:
    """Return what a handler said about its job, in a group of exceptions too; Discard is final."""
    said = sorted(_said(error), key=lambda each: isinstance(each, Retry))
    return said[0] if said else None


def _said(error: BaseException) -> Iterator[Discard | Retry]:
    if isinstance(error, Discard | Retry):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _said(each)
