"""The registry: which function does the jobs of which task type."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, get_args

from supaops.config.suggest import did_you_mean
from supaops.errors import SupaopsError
from supaops.worker.context import Context
from supaops.worker.payloads import Accept, Faults, Model, acceptor, model_of, payload_type

Result = Any
Function = Callable[[Context, Any], Result]
Where = Literal["thread", "process", "dask"]
_F = TypeVar("_F", bound=Function)


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that does the jobs of one task type.

    Attributes:
        model: checks the payload and makes what the function is given; None hands it over as it is.
        faults: finds the faults of a payload against its declared schema; None where there is none.
        executor: where the function runs; None leaves that to the worker. In `thread` a plain `def`
            gets one, and an `async def` runs on the event loop.
        accept: both checks in one; None when there is nothing to check.
    """

    task_type: str
    function: Function
    model: Model | None = field(default=None, repr=False)
    faults: Faults | None = field(default=None, repr=False)
    executor: Where | None = None
    is_async: bool = field(init=False)
    accept: Accept | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find out once what each job would ask."""
        call = getattr(self.function, "__call__", None)  # noqa: B004  an instance's own `async def __call__`
        found = inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(call)
        object.__setattr__(self, "is_async", found)
        object.__setattr__(self, "accept", acceptor(self.model, self.faults))

    def declared_as(self, faults: Faults | None) -> Handler:
        """Return the handler with the check of its declared schema."""
        return replace(self, faults=faults)

    @property
    def place(self) -> str:
        """Return ``file:line`` of the function, or its name when it has no source."""
        return _place(self.function)


class Handlers:
    """Handlers by task type.

    A handler takes the context and the payload; what it returns becomes the job's `result` and
    must be JSON. What it raises fails the attempt.
    """

    def __init__(self) -> None:
        self._by_type: dict[str, Handler] = {}

    def handler(
        self, task_type: str, *, payload: Any = None, executor: Where | None = None
    ) -> Callable[[_F], _F]:
        """Register the decorated function for `task_type`.

        Args:
            payload: the payload's type, such as a pydantic model, a TypedDict or a dataclass; by
                default what the function's second parameter is annotated with. The function is
                given the validated object; for `Any` and `dict` the payload as it is.
            executor: where it runs: `thread`, `process` or `dask`; by default the worker decides.
        Raises: SupaopsError that names both places when the type already has a handler, or the
            function's place when its payload's type cannot be used, or there is no such executor.
        """

        def register(function: _F) -> _F:
            _check_executor(function, executor)
            self.add(Handler(task_type, function, _model(function, payload), executor=executor))
            return function

        return register

    def add(self, handler: Handler) -> None:
        """Add one handler.

        Raises: SupaopsError that names both places when the type already has a handler.
        """
        first = self._by_type.setdefault(handler.task_type, handler)
        if first is not handler:
            raise SupaopsError(
                f"task type {handler.task_type!r} already has a handler, at {first.place}",
                place=handler.place,
                hint="give one of the two another task type, or remove it",
            )

    def include(self, other: Handlers) -> None:
        """Add every handler of `other`.

        Raises: SupaopsError that names both places when a type would have two handlers.
        """
        for handler in other:
            self.add(handler)

    def get(self, task_type: str) -> Handler | None:
        """Return the handler of a task type, if there is one."""
        return self._by_type.get(task_type)

    def __iter__(self) -> Iterator[Handler]:
        """Iterate in the order of registration."""
        return iter(self._by_type.values())


def _check_executor(function: Function, executor: str | None) -> None:
    known = get_args(Where)
    if executor is not None and executor not in known:
        raise SupaopsError(
            f"there is no executor {executor!r}",
            place=_place(function),
            hint=did_you_mean(str(executor), known, f"it is one of {', '.join(known)}"),
        )


def _model(function: Function, payload: Any) -> Model | None:
    try:
        wanted = payload_type(function) if payload is None else payload
        return None if wanted is None else model_of(wanted)
    except SupaopsError as error:
        error.place = _place(function)
        raise


def _place(function: Function) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)
