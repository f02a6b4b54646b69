"""One attempt as it travels to another process, and what is done with it there."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from supaops.db.connect import AsyncConnection
from supaops.db.work import Job
from supaops.errors import SupaopsError
from supaops.traceparent import carried
from supaops.worker.context import Context
from supaops.worker.endings import Ended, failed, succeeded
from supaops.worker.outcome import Failed


class Call(NamedTuple):
    """What pickle carries: the function by its name, the payload checked already.

    Attributes:
        traceparent: where the attempt is in a trace.
    """

    function: Callable[[Context, Any], Any]
    job: Job
    deadline: datetime
    payload: Any
    traceparent: str | None = None


def perform(call: Call, stopped: Callable[[], bool]) -> Ended:
    """Run the handler here and return how it ended, whatever it did.

    Args:    stopped: what `Context.cancelled` asks.
    """
    carried.set(call.traceparent)
    context = Context(call.job, call.deadline, _no_connection, stopped)
    try:
        result = call.function(context, call.payload)
        if inspect.isawaitable(result):
            return _portable(asyncio.run(_awaited(result, context)))
    except BaseException as error:  # even SystemExit must end one job only
        return portable(failed(error))
    return _portable(succeeded(result, context.added))


def portable(outcome: Failed) -> Failed:
    """Return the failure with its cause, if that survives a journey between processes."""
    try:
        pickle.loads(pickle.dumps(outcome.cause))  # noqa: S301  what this process has just written
    except BaseException:  # whatever the handler's own class raises
        return replace(outcome, cause=None)
    return outcome


def _portable(outcome: Ended) -> Ended:
    return portable(outcome) if isinstance(outcome, Failed) else outcome


async def _awaited(result: Awaitable[Any], context: Context) -> Ended:
    """Return the outcome here already: the stack of an error begins with the handler's frames."""
    try:
        return succeeded(await result, context.added)
    except BaseException as error:
        return failed(error)


def _no_connection() -> AbstractAsyncContextManager[AsyncConnection]:
    raise SupaopsError(
        "context.connection() is not there in another process: the connections are the worker's",
        hint="open one of the handler's own, or register the handler with executor='thread'",
    )
