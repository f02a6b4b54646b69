"""Keep the stand-ins' loops running: ``python -m supaops.local supervisor <root>``.

It holds a lock on its file for as long as it, or the process of the loops, lives: whoever finds
the file locked may trust the process ids in it.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import process, state
from supaops.local.layout import Base, Home

_LOOK_S = 0.5
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_STEADY_S = 10.0
_DEADLINE_S = 10.0
_LOG_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Running:
    """The processes of a live supervisor; `loops` is 0 between two lives of that process."""

    supervisor: int
    loops: int


def running(home: Home) -> Running | None:
    """Return the processes that hold the lock, or None when nobody does."""
    try:
        with home.supervisor.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _recorded(home)


def start(home: Home, root: Path) -> None:
    """Start a supervisor in the background unless one runs; return when it holds the lock."""
    found = running(home)
    if found and process.command(found.supervisor):
        return
    stop(home)
    command = [sys.executable, "-m", "supaops.local", "supervisor", str(root)]
    mode = "ab" if _size(home.supervisor_log) < _LOG_LIMIT_BYTES else "wb"
    with home.supervisor_log.open(mode) as log:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, cwd="/",
            env=_environment(),
        )  # fmt: skip
    if done.returncode != 0:
        raise LocalStackError(
            "the stand-ins' supervisor did not start",
            place=str(home.supervisor_log),
            hint="supaops local logs --standins",
        )


def _environment() -> dict[str, str]:
    """Return what our processes need: neither PG* variables nor secrets of the caller."""
    return {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def stop(home: Home) -> bool:
    """End the supervisor and its loops; return whether there were any."""
    found = running(home)
    deadline = time.monotonic() + _DEADLINE_S
    while left := running(home):
        kind = signal.SIGTERM if time.monotonic() < deadline - _DEADLINE_S / 2 else signal.SIGKILL
        _signal(left, kind)
        if time.monotonic() > deadline:
            raise LocalStackError(
                "the stand-ins do not stop", hint=f"kill -9 {left.supervisor} {left.loops}"
            )
        time.sleep(0.02)
    return found is not None


def _recorded(home: Home) -> Running:
    try:
        return Running(**json.loads(home.supervisor.read_text()))
    except (ValueError, TypeError):
        return Running(0, 0)  # It has the lock and will write in a moment.


def _signal(target: Running, kind: signal.Signals) -> None:
    for pid in (target.supervisor, target.loops):
        if pid:
            try:
                os.kill(pid, kind)
            except ProcessLookupError:
                continue


class _Supervisor:
    """One run of the loop that keeps the loops running."""

    def __init__(self, root: Path, descriptor: int, listener: socket.socket) -> None:
        self._root = root
        self._descriptor = descriptor
        self._listener = listener
        self._ended = asyncio.Event()

    async def run(self, data_dir: Path) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._ended.set)
        watch = asyncio.ensure_future(self._watch(data_dir))
        pause = _SHORTEST_PAUSE_S
        while not self._ended.is_set():
            started = time.monotonic()
            await self._one_life()
            steady = time.monotonic() - started > _STEADY_S
            pause = _SHORTEST_PAUSE_S if steady else min(pause * 2, _LONGEST_PAUSE_S)
            await self._ends_within(pause)
        await watch

    async def _one_life(self) -> None:
        """Run the process of the loops until it dies or we must end."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "supaops.local", "loops", str(self._root),
            str(self._listener.fileno()), stdin=subprocess.PIPE,
            pass_fds=(self._descriptor, self._listener.fileno()),
        )  # fmt: skip
        self._record(child.pid)
        dies, ends = asyncio.ensure_future(child.wait()), asyncio.ensure_future(self._ended.wait())
        await asyncio.wait({dies, ends}, return_when=asyncio.FIRST_COMPLETED)
        if not dies.done():
            child.kill()  # It serves only the database, which keeps what matters.
        await dies
        ends.cancel()
        self._record(0)

    async def _watch(self, data_dir: Path) -> None:
        while process.postmaster(data_dir) and not await self._ends_within(_LOOK_S):
            pass
        self._ended.set()

    async def _ends_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _record(self, child: int) -> None:
        text = json.dumps({"supervisor": os.getpid(), "loops": child}).encode()
        os.pwrite(self._descriptor, text.ljust(80), 0)


def main(root: Path) -> int:
    """Go to the background, then supervise until the server is gone."""
    home = Home.of(root)
    known = state.read(home.state)
    descriptor = os.open(home.supervisor, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    if known is None:
        return 0
    listener = _listen(known.api_port)
    if os.fork():
        return 0
    os.setsid()
    supervisor = _Supervisor(root, descriptor, listener)
    asyncio.run(supervisor.run(Base(Path(known.base)).data))
    return 0


def _listen(port: int) -> socket.socket:
    """Listen before anybody is told: callers that come early wait, and a new life goes on."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        raise LocalStackError(
            f"the Data API cannot listen on port {port}: {error.strerror}",
            hint="supaops local down, then supaops local up",
        ) from error
