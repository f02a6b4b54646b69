"""The process of the stand-ins' loops: ``python -m supaops.local loops <root> <socket>``."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import state
from supaops.local.gateway import waiting
from supaops.local.layout import Home
from supaops.local.settings import ADMIN

Loop = Callable[[str], Coroutine[None, None, None]]


async def _cron(admin_url: str) -> None:
    from supaops.local import cron_loop  # noqa: PLC0415  most servers have the real pg_cron

    await cron_loop.run(admin_url)


async def _net(admin_url: str) -> None:
    from supaops.local import net_loop  # noqa: PLC0415  a Supabase has the real pg_net

    await net_loop.run(admin_url)


LOOPS: dict[str, Loop] = {"pg_cron": _cron, "pg_net": _net}
"""Each extension of `WITH_LOOP`, and its loop."""


def missing(native: frozenset[str]) -> list[Loop]:
    """Return the loops that a server with these extensions needs."""
    return [loop for extension, loop in LOOPS.items() if extension not in native]


async def run(root: Path, descriptor: int) -> None:
    """Run the loops until one ends or standard input closes, as it does with our parent.

    Args:    descriptor: of the socket where callers of the Data API come.
    """
    known = state.read(Home.of(root).state)
    if known is None:
        raise LocalStackError("there is no local stack here", hint="supaops local up")
    admin_url = known.url(ADMIN, known.admin_password)
    tasks = [asyncio.ensure_future(loop(admin_url)) for loop in missing(frozenset(known.native))]
    listener = socket.socket(fileno=descriptor)
    tasks.append(asyncio.ensure_future(waiting.run(known, listener)))
    tasks.append(asyncio.ensure_future(_parent_gone()))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _parent_gone() -> None:
    """Return when standard input, a pipe of our parent that carries nothing, closes."""
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, gone.set)
    await gone.wait()
