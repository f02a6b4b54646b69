"""What the example's upstream may send, and what its URL may be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from httpx import MockTransport, Request, Response

from examples.game_platform import catalogue
from examples.game_platform.upstream import Page, UpstreamError, pages

pytestmark = pytest.mark.anyio


async def read(url: str, answer: dict[str, Any]) -> list[Page]:
    """Read a catalogue that has one answer to everything."""

    def send(_request: Request) -> Response:
        return Response(200, json=answer)

    async with httpx.AsyncClient(transport=MockTransport(send)) as client:
        return [page async for page in pages(client, url)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:key-s3cret/games", "http://x\0y/?key=s3cret"])
async def test_url_that_is_none_fails_the_attempt_without_showing_it(url: str) -> None:
    with pytest.raises(UpstreamError, match="page 1 cannot be read: InvalidURL") as caught:
        await read(url, catalogue.page(5))
    assert "s3cret" not in str(caught.value)


async def test_platform_named_twice_for_a_game_breaks_the_agreed_shape() -> None:
    page = catalogue.page(5)
    page["games"][3]["platforms"] *= 2
    with pytest.raises(UpstreamError, match=r"first at games\.3\.platforms: .* named twice"):
        await read("http://upstream/games", page)
