"""Handlers that other processes import: a registry for each executor, with the same functions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from supaops.worker import Context, Discard, Handlers, Retry


@dataclass
class Point:
    x: int


class Unpicklable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def echo(context: Context, payload: Any) -> dict[str, Any]:
    context.logger.warning("echo of %s", payload)
    return {"payload": payload, "attempt": context.attempt, "pid": os.getpid()}


async def later(context: Context, _payload: object) -> int:
    return context.job_id


def typed(_context: Context, payload: Point) -> int:
    return payload.x


def fail(_context: Context, _payload: object) -> None:
    raise ValueError("bad luck")


async def fail_later(_context: Context, _payload: object) -> None:
    raise ValueError("bad luck")


def odd(_context: Context, _payload: object) -> None:
    raise Unpicklable("a", "b")


def leave(_context: Context, _payload: object) -> None:
    raise SystemExit(3)


def discard(_context: Context, _payload: object) -> None:
    raise Discard("never")


def again(_context: Context, _payload: object) -> None:
    raise ExceptionGroup("all", [Retry("busy", after=timedelta(minutes=1))])


def spawn(context: Context, _payload: object) -> None:
    context.enqueue("echo", {"n": 1}, priority=2)


def connect(context: Context, _payload: object) -> None:
    context.connection()


def die(_context: Context, _payload: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stubborn(_context: Context, payload: dict[str, str]) -> None:
    """Start another program, say both process ids, and go on for ever."""
    program = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(program)
    _say(payload["file"], f"{os.getpid()} {child.pid}")
    while True:
        time.sleep(1)


def polite(context: Context, payload: dict[str, str]) -> None:
    """Say that it begins; say that it was cancelled once it was."""
    _say(payload["file"], "begun")
    while not context.cancelled:
        time.sleep(0.005)
    _say(payload["file"], "cancelled")


def _say(file: str, text: str) -> None:
    aside = Path(f"{file}.new")
    aside.write_text(text, encoding="utf-8")
    aside.rename(file)


FUNCTIONS = (
    *(echo, later, typed, fail, fail_later, odd, leave, discard, again),
    *(spawn, connect, die, stubborn, polite),
)


def registry_for(executor: Literal["process", "dask"]) -> Handlers:
    """Return every function here, each as the handler of its own name."""
    handlers = Handlers()
    for function in FUNCTIONS:
        handlers.handler(function.__name__, executor=executor)(function)
    return handlers
