"""The engines that a worker has, each made when a handler first needs it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Protocol

from supaops.errors import SupaopsError
from supaops.worker.endings import Ended
from supaops.worker.executors.call import Call
from supaops.worker.executors.processes import Processes
from supaops.worker.handlers import Handler, Where

SCHEDULER_VARIABLE = "SUPAOPS_DASK_SCHEDULER"


class Engine(Protocol):
    """Runs handlers outside the worker's process."""

    async def run(self, call: Call) -> Ended:
        """Run one handler; when the caller is cancelled, stop it as far as that can be done."""

    async def close(self) -> None:
        """Let go of everything."""


class Engines:
    """Engines by name.

    Args:
        default: where handlers run that ask for nothing.
        scheduler: the address of a Dask scheduler, such as ``tcp://10.0.0.5:8786``.
    """

    def __init__(self, *, default: Where = "thread", scheduler: str | None = None) -> None:
        self.default = default
        self._scheduler = scheduler
        self._made: dict[Where, Engine] = {}

    def of(self, where: Where) -> Engine:
        """Return an engine, made for the first handler that asks for it.

        Raises: SupaopsError when there is no scheduler of Dask, or Dask is not installed.
        """
        if where not in self._made:
            self._made[where] = self._dask() if where == "dask" else Processes()
        return self._made[where]

    def prepare(self, handlers: Iterable[Handler]) -> None:
        """Make what these handlers need; nothing is started or connected yet.

        Raises: SupaopsError as `of` does, or with the place of a handler that cannot be sent.
        """
        for handler in handlers:
            where = handler.executor or self.default
            if where != "thread":
                self.of(where)
                _check_that_it_travels(handler, where)

    async def close(self) -> None:
        """Close what was made."""
        for engine in self._made.values():
            await engine.close()
        self._made.clear()

    def _dask(self) -> Engine:
        if not self._scheduler:
            raise SupaopsError(
                "no Dask scheduler is named",
                place=SCHEDULER_VARIABLE,
                hint="set it, or start the worker with --scheduler tcp://HOST:PORT",
            )
        from supaops.worker.executors.cluster import Cluster  # noqa: PLC0415  an extra, and slow

        return Cluster(self._scheduler)


def _check_that_it_travels(handler: Handler, where: Where) -> None:
    try:
        pickle.dumps(handler.function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise SupaopsError(
            f"the handler of {handler.task_type!r} cannot run in the executor {where!r}: {error}",
            place=handler.place,
            hint="another process imports it by its name: define it at the top of a module",
        ) from error
