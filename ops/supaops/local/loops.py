"""The process of the stand-ins' loops: ``python -m supaops.local loops <root>``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import state
from supaops.local.layout import Home
from supaops.local.settings import ADMIN

Loop = Callable[[str], Awaitable[None]]

LOOPS = {"pg_cron": "supaops.local.cron_loop", "pg_net": "supaops.local.net_loop"}
"""Each extension whose stand-in needs a process, and its loop."""


def missing(native: frozenset[str]) -> list[str]:
    """Return the modules of the loops that a server with these extensions needs."""
    return [
        module
        for extension, module in LOOPS.items()
        if extension not in native and find_spec(module)
    ]


async def run(root: Path) -> None:
    """Run the loops until one ends or standard input closes, as it does with our parent."""
    known = state.read(Home.of(root).state)
    if known is None:
        raise LocalStackError("there is no local stack here", hint="supaops local up")
    admin_url = known.url(ADMIN, known.admin_password)
    loops: list[Loop] = [import_module(name).run for name in missing(frozenset(known.native))]
    tasks = [asyncio.ensure_future(loop(admin_url)) for loop in loops]
    tasks.append(asyncio.ensure_future(_parent_gone()))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _parent_gone() -> None:
    """Return when standard input, a pipe of our parent that carries nothing, closes."""
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, gone.set)
    await gone.wait()
