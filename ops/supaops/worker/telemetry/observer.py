"""Who is told of each step of the work: logs, metrics, traces; by default nobody."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType

from supaops.db.work import Job
from supaops.worker.tally import Ending

_NOTHING = nullcontext()


class Observer:
    """Told of each step, and silent.

    What another one does must neither raise nor wait: every job passes through it.
    """

    def started(self) -> None:
        """Take note that the event loop runs; called in it, before all else."""

    def ready(self) -> None:
        """Take note that jobs are taken from now on."""

    def stopping(self) -> None:
        """Take note that no more jobs are taken; perhaps more than once."""

    def attempt(self, job: Job) -> AbstractContextManager[None]:  # noqa: ARG002  for others
        """Return what surrounds the call of a job's handler, in its task."""
        return _NOTHING

    def claimed(self, count: int, seconds: float) -> None:
        """Take note of a claim that was answered.

        Args:
            count: jobs that came.
            seconds: how long the answer took.
        """

    def ended(self, job: Job, ending: Ending) -> None:
        """Take note of how a job ended, once that is recorded."""

    def heartbeat_failed(self) -> None:
        """Take note that a lease could not be extended."""

    def request(self, status: int) -> None:
        """Take note of the HTTP status that a request was answered with; 0 for none."""


SILENT = Observer()


class Observers(Observer):
    """Several, told in their order; what surrounds an attempt is left in the reverse one."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._all = tuple(observers)
        # Nobody pays for those that do not care: this is called for each job.
        self._surrounding = tuple(each for each in observers if _surrounds(each))
        self._following = tuple(each for each in observers if _follows(each))

    def started(self) -> None:
        """Tell all."""
        for each in self._all:
            each.started()

    def ready(self) -> None:
        """Tell all."""
        for each in self._all:
            each.ready()

    def stopping(self) -> None:
        """Tell all."""
        for each in self._all:
            each.stopping()

    def attempt(self, job: Job) -> AbstractContextManager[None]:
        """Return what surrounds the call with what each of them wants around it."""
        if len(self._surrounding) == 1:
            return self._surrounding[0].attempt(job)
        return _Nested([each.attempt(job) for each in self._surrounding])

    def claimed(self, count: int, seconds: float) -> None:
        """Tell all."""
        for each in self._all:
            each.claimed(count, seconds)

    def ended(self, job: Job, ending: Ending) -> None:
        """Tell all."""
        for each in self._following:
            each.ended(job, ending)

    def heartbeat_failed(self) -> None:
        """Tell all."""
        for each in self._all:
            each.heartbeat_failed()

    def request(self, status: int) -> None:
        """Tell all."""
        for each in self._all:
            each.request(status)


class _Nested:
    """Contexts, one within the other; `contextlib.ExitStack` costs several times as much."""

    __slots__ = ("_contexts",)

    def __init__(self, contexts: list[AbstractContextManager[None]]) -> None:
        self._contexts = contexts

    def __enter__(self) -> None:
        for each in self._contexts:
            each.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        for each in reversed(self._contexts):
            each.__exit__(kind, error, stack)


def _surrounds(observer: Observer) -> bool:
    return type(observer).attempt is not Observer.attempt


def _follows(observer: Observer) -> bool:
    return type(observer).ended is not Observer.ended
