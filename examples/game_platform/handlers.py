"""The job `game_platform_sync`: copy the upstream catalogue into our tables."""

from __future__ import annotations

import os
from dataclasses import asdict

import httpx
from pydantic import BaseModel, Field

from examples.game_platform.store import Counts, upsert
from examples.game_platform.upstream import Game, Platform, UpstreamError, pages
from supaops.worker import Context, Handlers

URL_VARIABLE = "GAME_CATALOGUE_URL"

registry = Handlers()


class Sync(BaseModel):
    """The payload, as `queue.task_types.game_platform_sync.payload` declares it."""

    dry_run: bool = Field(default=False, alias="dryRun")


@registry.handler("game_platform_sync")
async def game_platform_sync(context: Context, payload: Sync) -> dict[str, int]:
    """Fetch every page and upsert it all at once; with `dryRun` only count.

    Returns: how many ``games`` on how many ``pages`` were read, and how many of the games were
        ``inserted``, ``updated`` and ``unchanged``: 0 each when dry.
    Raises:  UpstreamError, after which the queue tries again.
    """
    platforms: dict[str, Platform] = {}
    games: dict[int, Game] = {}  # a game that moved to the next page meanwhile is seen twice
    count = 0
    async with httpx.AsyncClient() as client:
        async for page in pages(client, _catalogue_url()):
            count += 1
            platforms.update((platform.code, platform) for platform in page.platforms)
            games.update((game.id, game) for game in page.games)
    context.logger.info("read %d games on %d pages", len(games), count)
    counts = Counts()
    if not payload.dry_run:
        async with context.connection() as connection:
            counts = await upsert(connection, list(platforms.values()), list(games.values()))
    return {"games": len(games), "pages": count, **asdict(counts)}


def _catalogue_url() -> str:
    url = os.environ.get(URL_VARIABLE)
    if not url:
        raise UpstreamError(f"{URL_VARIABLE} is not set: where is the catalogue?")
    return url
