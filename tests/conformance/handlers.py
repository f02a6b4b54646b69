"""The handlers that every worker under test has, in Python; another language writes the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from typing_extensions import TypedDict

from supaops.worker import Context, Discard, Handlers, Retry

registry = Handlers()


class Nap(TypedDict):
    seconds: float


@registry.handler("echo")
async def echo(_context: Context, payload: Any) -> Any:
    return payload


@registry.handler("fail")
async def fail(_context: Context, _payload: Any) -> None:
    raise ValueError("bad luck")


@registry.handler("discard")
async def discard(_context: Context, _payload: Any) -> None:
    raise Discard("can never succeed")


@registry.handler("again")
async def again(_context: Context, _payload: Any) -> None:
    raise Retry("too early", after=timedelta(seconds=60))


@registry.handler("slow")
async def slow(_context: Context, payload: Nap) -> str:
    await asyncio.sleep(payload["seconds"])
    return "slept"


@registry.handler("spawn")
async def spawn(context: Context, payload: Any) -> None:
    context.enqueue("echo", {"from": context.job.id})
    if payload.get("fail"):
        raise ValueError("added in vain")
