"""The registry: which function does the jobs of which task type."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from supaops.errors import SupaopsError
from supaops.worker.context import Context

Result = Any
AsyncFunction = Callable[[Context, Any], Awaitable[Result]]
Function = Callable[[Context, Any], Result]
_F = TypeVar("_F", bound=Function)


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that does the jobs of one task type; a plain `def` runs in a thread."""

    task_type: str
    function: Function
    is_async: bool = field(init=False)

    def __post_init__(self) -> None:
        """Find out once whether it is a coroutine function, or an object called like one."""
        call = getattr(self.function, "__call__", None)  # noqa: B004  an instance's own `async def __call__`
        found = inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(call)
        object.__setattr__(self, "is_async", found)

    @property
    def place(self) -> str:
        """Return ``file:line`` of the function, or its name when it has no source."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(self.function)


class Handlers:
    """Handlers by task type.

    A handler takes the context and the payload; what it returns becomes the job's `result` and
    must be JSON. What it raises fails the attempt.
    """

    def __init__(self) -> None:
        self._by_type: dict[str, Handler] = {}

    def handler(self, task_type: str) -> Callable[[_F], _F]:
        """Register the decorated function for `task_type`.

        Raises: SupaopsError that names both places when the type already has a handler.
        """

        def register(function: _F) -> _F:
            self._add(Handler(task_type, function))
            return function

        return register

    def include(self, other: Handlers) -> None:
        """Add every handler of `other`.

        Raises: SupaopsError that names both places when a type would have two handlers.
        """
        for handler in other:
            self._add(handler)

    def get(self, task_type: str) -> Handler | None:
        """Return the handler of a task type, if there is one."""
        return self._by_type.get(task_type)

    def __iter__(self) -> Iterator[Handler]:
        """Iterate in the order of registration."""
        return iter(self._by_type.values())

    def _add(self, handler: Handler) -> None:
        first = self._by_type.setdefault(handler.task_type, handler)
        if first is not handler:
            raise SupaopsError(
                f"task type {handler.task_type!r} already has a handler, at {first.place}",
                place=handler.place,
                hint="give one of the two another task type, or remove it",
            )
