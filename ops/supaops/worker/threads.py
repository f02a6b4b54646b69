"""Threads for synchronous handlers: daemonic, and counted when they outlive their job."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable
from functools import partial
from typing import Any


class Threads:
    """Run functions in threads of their own.

    Python cannot stop a thread. One that outlives its job's timeout is `abandoned`: it still
    takes up room until it ends, yet as a daemon it never holds up the end of the process, which
    the threads of an executor would.
    """

    def __init__(self) -> None:
        self.abandoned = 0

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what ``function(*arguments)`` returns in a thread, or raise what it raises."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Any] = loop.create_future()
        call = partial(contextvars.copy_context().run, function, *arguments)
        threading.Thread(target=self._thread, args=(loop, outcome, call), daemon=True).start()
        try:
            return await outcome
        finally:
            self.abandoned += outcome.cancelled()

    def _thread(
        self,
        loop: asyncio.AbstractEventLoop,
        outcome: asyncio.Future[Any],
        call: Callable[[], Any],
    ) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = call()
        except StopIteration as raised:  # a future cannot carry one
            error = RuntimeError(f"the handler raised {raised!r}")
        except BaseException as raised:  # carried over to the waiting task
            error = raised
        try:
            loop.call_soon_threadsafe(self._settle, outcome, result, error)
        except RuntimeError:
            return  # the loop is closed: the process ends and nobody waits

    def _settle(
        self, outcome: asyncio.Future[Any], result: Any, error: BaseException | None
    ) -> None:
        if outcome.cancelled():
            self.abandoned -= 1
            if inspect.iscoroutine(result):
                result.close()  # nobody will await it
        elif error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)
