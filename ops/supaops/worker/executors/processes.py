"""Processes for handlers, each of which can be stopped without harm to another."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from contextlib import suppress

from supaops.worker.endings import Ended
from supaops.worker.executors.call import Call
from supaops.worker.executors.frames import packed, read
from supaops.worker.outcome import Failed

# What a handler gets to notice SIGTERM; less than the worker waits for its jobs at a stop.
STOP_WITHIN_S = 0.5

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]);"
    "from supaops.worker.executors.child import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)


class Processes:
    """Run handlers in processes, a job at a time in each.

    There are as many as such jobs run at once, which the worker bounds; they are started when
    needed, and kept, one for each processor at most. A handler whose caller is cancelled is stopped
    with its process and what it has started: SIGTERM first, which it sees in `Context.cancelled`.
    """

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def run(self, call: Call) -> Ended:
        """Run one handler; the death of its process is a failure.

        Raises: asyncio.CancelledError once the handler is stopped; pickle's errors for a function
            or a payload that cannot be sent.
        """
        frame = packed(call)
        process = self._free() or await _Process.start()
        try:
            outcome = await process.perform(frame)
        except BaseException:
            await self._end(process)
            raise
        if outcome is None:
            return Failed(await process.death())
        if len(self._idle) < (os.cpu_count() or 1):
            self._idle.append(process)
        else:
            await self._end(process)
        return outcome

    async def close(self) -> None:
        """End the processes that are idle, and wait for those that are being stopped."""
        for process in self._idle:
            self._stopping(process)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    def _free(self) -> _Process | None:
        while self._idle:
            process = self._idle.pop()
            if process.lives:
                return process
            self._stopping(process)
        return None

    async def _end(self, process: _Process) -> None:
        await asyncio.shield(self._stopping(process))

    def _stopping(self, process: _Process) -> asyncio.Task[None]:
        task = asyncio.create_task(process.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task


class _Process:
    """One child, and the socket to it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls) -> _Process:
        """Start a fresh interpreter: a fork of a process with threads and connections is not safe.

        It is in a session of its own, so that Ctrl-C in a terminal is for the worker alone.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await _interpreter(theirs.fileno())
            return cls(process, *await asyncio.open_connection(sock=ours))
        except BaseException:
            ours.close()  # a child that has begun ends with it
            raise

    @property
    def lives(self) -> bool:
        return self._process.returncode is None

    async def perform(self, frame: bytes) -> Ended | None:
        """Send a call and return its outcome; None when the process died of it."""
        try:
            self._writer.write(frame)
            while isinstance(answer := await read(self._reader), logging.LogRecord):
                logging.getLogger(answer.name).handle(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        outcome: Ended = answer
        return outcome

    async def death(self) -> str:
        """Return what became of a process that is gone."""
        self._writer.close()
        code = await self._process.wait()
        if code >= 0:
            return f"ProcessDied: the handler's process ended with exit code {code}"
        name = signal.Signals(-code).name
        return f"ProcessDied: the handler's process was killed by {name}" + (
            "; the system may have been out of memory" if name == "SIGKILL" else ""
        )

    async def stop(self) -> None:
        """End the process, and what it has started, within a moment."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._writer.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


async def _interpreter(descriptor: int) -> asyncio.subprocess.Process:
    arguments = (str(descriptor), str(logging.getLogger().level), json.dumps(sys.path))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        pass_fds=[descriptor],
        start_new_session=True,
    )
