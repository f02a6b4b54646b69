"""Several worker processes on one machine: start them, replace one that dies, end them all."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence

from supaops.status import ExitStatus
from supaops.worker.streaming.lasting import SUPERVISOR

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# Whoever has lived so long begins with a short pause again.
_STEADY_S = 60.0
# Who ends by itself so soon, and never ran before, would do so for ever: it is the command's fault.
_STILLBORN_S = 10.0
_METRICS_PORT = "SUPAOPS_METRICS_PORT"
_PROGRAM = (sys.executable, "-c", "from supaops.cli import main; main()")

log = logging.getLogger("supaops.worker")


class Supervisor:
    """Keep `count` processes of one command.

    SIGTERM and SIGINT are passed on; it ends when every process has. One that ends in order has
    done what it was to do, and is not replaced.

    Args:
        variables: what each process finds in its environment beside ours.
        ended: is told of each process that has ended.
        reads: whether the last line of each process' output is its result, kept in `results`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        count: int,
        *,
        variables: Mapping[str, str],
        ended: Callable[[int], None],
        reads: bool = False,
    ) -> None:
        self._command = [*_PROGRAM, *arguments]
        self._count = count
        own = {name: value for name, value in os.environ.items() if name != _METRICS_PORT}
        self._environ = {**own, **variables, SUPERVISOR: str(os.getpid())}
        self._ended = ended
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()
        self._status: int = ExitStatus.OK
        self._reads = reads
        self.results: list[str] = []

    async def run(self) -> int:
        """Return the exit code: the first one of a process that was not replaced, or 0."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop, number)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._count):
                group.create_task(self._keep())
        return self._status

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Pass a signal on, and replace no process any more."""
        self._stopping.set()
        for process in self._running:
            if process.returncode is None:
                process.send_signal(number)

    async def _keep(self) -> None:
        """Run one process after the other."""
        pause_s, is_first = FIRST_PAUSE_S, True
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run_one()
            lived = time.monotonic() - began
            if self._is_the_end(code, is_stillborn=is_first and lived < _STILLBORN_S):
                return
            pause_s = FIRST_PAUSE_S if lived > _STEADY_S else pause_s
            log.warning("a worker process ended with %s; another in %g s", _told(code), pause_s)
            await self._wait(pause_s)
            pause_s, is_first = min(2 * pause_s, LONGEST_PAUSE_S), False

    async def _run_one(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environ,
            stdin=DEVNULL,
            stdout=PIPE if self._reads else None,
        )
        self._running.add(process)
        if self._stopping.is_set():  # it came while the process was being made
            process.terminate()
        try:
            said, _ = await process.communicate()
        finally:
            self._running.discard(process)
            self._ended(process.pid)
        self._read(said)
        return process.returncode or 0

    def _read(self, said: bytes | None) -> None:
        """Keep the result, and pass on what the handlers have printed before it."""
        *others, result = (said or b"").decode(errors="replace").splitlines() or [""]
        if others:
            print(*others, sep="\n", flush=True)  # noqa: T201  as if there were one process
        if result:
            self.results.append(result)

    def _is_the_end(self, code: int, *, is_stillborn: bool) -> bool:
        """Tell whether a process is not to be replaced, and remember how it went."""
        if code == 0 or self._stopping.is_set():
            self._status = self._status or _exit_status(code)
            return True
        if code > 0 and is_stillborn:
            self._status = self._status or code
            self.stop()
            return True
        return False

    async def _wait(self, seconds: float) -> None:
        waiting = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()


def without_metrics_port(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command line but for the port, which is the supervisor's."""
    kept, words = [], iter(arguments)
    for word in words:
        if word == "--metrics-port":
            next(words, None)
        elif not word.startswith("--metrics-port="):
            kept.append(word)
    return kept


def _exit_status(code: int) -> int:
    """Return what a shell would: 128 and the signal's number for who was killed."""
    return code if code >= 0 else 128 - code


def _told(code: int) -> str:
    return f"exit code {code}" if code > 0 else signal.Signals(-code).name
