"""The Data API of a stack whose machine has not the packages for it."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from supaops.errors import SupaopsError
from supaops.local.gateway import waiting
from supaops.local.state import State


def missing(extra: str, what: str) -> None:
    raise SupaopsError(f"{what} needs packages", hint=f"pip install 'supaops[{extra}]'")


@pytest.mark.anyio
async def test_each_caller_is_told_what_to_install_and_the_other_loops_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "require", missing)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/rest/v1/rpc/job_queue_claim"
    known: State = object()  # type: ignore[assignment]  # nobody looks at it
    task = asyncio.create_task(waiting.run(known, listener))
    async with httpx.AsyncClient() as client:
        for _ in range(2):
            answer = await client.post(url, json={})
            assert answer.status_code == 503
            assert answer.json() == {
                "message": "the local Data API needs packages",
                "hint": "pip install 'supaops[worker]'",
            }
    assert not task.done()
    task.cancel()
