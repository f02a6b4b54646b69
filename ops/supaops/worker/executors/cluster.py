"""A cluster of Dask: it runs the handlers, while leases and heartbeats stay with the worker."""

from __future__ import annotations

import asyncio
import pickle
from contextlib import suppress
from datetime import timedelta

from supaops.errors import SupaopsError
from supaops.worker.endings import Ended
from supaops.worker.executors.call import Call, perform
from supaops.worker.failure import headline, one_line
from supaops.worker.outcome import Failed

try:
    from distributed import Client, Status, get_worker
except ImportError as error:
    raise SupaopsError(
        "the executor `dask` needs the package `distributed`", hint="pip install 'supaops[dask]'"
    ) from error

# A worker of the cluster that has lost its scheduler ends too.
_ENDING = frozenset({Status.closing, Status.closed, Status.failed})
CONNECT_WITHIN = timedelta(seconds=5)


class Cluster:
    """Hand handlers to a scheduler, each as a task of its own.

    A scheduler that is away, or loses a task, fails the attempt, which the queue repeats. Dask
    cannot stop a handler that runs; when its attempt is cancelled it sees `Context.cancelled`.

    Args:    scheduler: the address, such as ``tcp://10.0.0.5:8786``.
    """

    def __init__(self, scheduler: str, *, connect_within: timedelta = CONNECT_WITHIN) -> None:
        self._scheduler = scheduler
        self._connect_within = connect_within
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def run(self, call: Call) -> Ended:
        """Run one handler in the cluster.

        Raises: asyncio.CancelledError when the caller cancels; pickle's errors for a function or a
            payload that cannot be sent.
        """
        body = pickle.dumps(call)
        try:
            client = await self._connected()
            future = client.submit(_perform, body, key=_key(call), pure=False, retries=0)
        except (OSError, RuntimeError, ValueError) as error:
            return Failed(
                f"DaskUnavailable: no task could be handed over: {one_line(headline(error))}"
            )
        try:
            ended: Ended = await future
        except asyncio.CancelledError:
            with suppress(Exception):  # whatever: nobody waits for it any more
                await future.cancel()
            raise
        except Exception as error:
            return Failed(
                f"DaskFailed: the cluster did not finish the task: {one_line(headline(error))}"
            )
        finally:
            future.release()
        return ended

    async def close(self) -> None:
        """Leave the cluster."""
        if self._client is not None:
            await self._client.close()

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None or self._client.status != "running":
                self._client = await Client(
                    self._scheduler,
                    asynchronous=True,
                    set_as_default=False,
                    timeout=self._connect_within.total_seconds(),
                    name="supaops worker",
                )
        return self._client


def _failed(what: str, error: Exception) -> Failed:
    return Failed(f"{what}: {one_line(headline(error))}")


def _key(call: Call) -> str:
    job = call.job
    return f"{job.task_type}-{job.id}-{job.lease_id}"


def _perform(body: bytes) -> Ended:
    """Run in a worker of the cluster, which imports the handler's module."""
    call: Call = pickle.loads(body)  # noqa: S301  who can write to the scheduler runs any code
    worker, key = get_worker(), _key(call)

    def dropped() -> bool:
        if worker.status in _ENDING:
            return True
        task = worker.state.tasks.get(key)
        return task is None or task.state in {"cancelled", "resumed"}

    return perform(call, dropped)
