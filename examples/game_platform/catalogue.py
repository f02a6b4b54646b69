"""The upstream: a catalogue server with the same few hundred games on every run.

``GET /games?cursor=...`` answers ``{"platforms": [], "games": [], "next_cursor": text or null}``.
Query parameters make it misbehave for tests and drills:

    status=500     answer every page with that status
    status_on=2    ... only this page, from 1
    malformed=1    answer with games that break the schema
    delay_ms=200   wait before each answer
    revision=2     another day's catalogue: some prices moved, one game left a platform
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

GAMES = 360
PAGE_SIZE = 75
PLATFORMS = {"pc": "PC", "ps5": "PlayStation 5", "switch": "Switch", "xbox": "Xbox Series"}

_ADJECTIVES = ("Amber", "Broken", "Crimson", "Distant", "Eternal", "Frozen", "Golden", "Hollow")
_NOUNS = ("Archive", "Bastion", "Citadel", "Drift", "Ember", "Frontier", "Grove", "Harbor", "Isle")
_DELISTED = 3  # leaves a platform in the second revision
_FIRST_RELEASE = date(2015, 1, 6)


def game(number: int, revision: int = 1) -> dict[str, Any]:
    """Return game `number`, from 0, as it stood at a revision of the catalogue, from 1."""
    adjective, noun = _ADJECTIVES[number % 8], _NOUNS[number // 8 % 9]
    title = f"{adjective} {noun} {number // 72 + 1}"
    return {
        "id": 1000 + number,
        "slug": title.lower().replace(" ", "-"),
        "title": title,
        "released_on": _released_on(number),
        "platforms": _offers(number, revision),
    }


def page(number: int, revision: int = 1) -> dict[str, Any]:
    """Return page `number` of the catalogue, from 1."""
    first = (number - 1) * PAGE_SIZE
    last = min(first + PAGE_SIZE, GAMES)
    return {
        "platforms": [{"code": code, "name": name} for code, name in PLATFORMS.items()],
        "games": [game(each, revision) for each in range(first, last)],
        "next_cursor": f"after-{last}" if last < GAMES else None,
    }


async def games(request: Request) -> JSONResponse:
    """Answer one page, or fail as the query asks."""
    query = request.query_params
    number = _page_of(query.get("cursor"))
    if number is None:
        return JSONResponse({"error": "unknown cursor"}, 400)
    await asyncio.sleep(int(query.get("delay_ms", "0")) / 1000)
    if "status" in query and query.get("status_on", str(number)) == str(number):
        return JSONResponse({"error": "as asked for"}, int(query["status"]))
    if "malformed" in query:
        return JSONResponse({"games": [{"id": "one"}], "next_cursor": None})
    return JSONResponse(page(number, _revision(query)))


def create_app() -> Starlette:
    """Return the catalogue's application."""
    return Starlette(routes=[Route("/games", games)])


def main() -> None:
    """Serve the catalogue on loopback."""
    parser = argparse.ArgumentParser(description="Serve a made-up game catalogue.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8790)
    options = parser.parse_args()
    uvicorn.run(create_app(), host=options.host, port=options.port, log_level="warning")


def _released_on(number: int) -> str | None:
    """Return a Tuesday; every fortieth game has no date yet."""
    unannounced = number % 40 == 0
    return None if unannounced else (_FIRST_RELEASE + timedelta(weeks=number)).isoformat()


def _offers(number: int, revision: int) -> list[dict[str, Any]]:
    codes = list(PLATFORMS)[: number % len(PLATFORMS) + 1]
    if revision > 1 and number == _DELISTED:
        codes.pop()
    price = 999 + 500 * (number % 11)
    if revision > 1 and number % 10 == 0:
        price -= 100 * (revision - 1)
    return [{"platform": code, "price_cents": price, "currency": "EUR"} for code in codes]


def _page_of(cursor: str | None) -> int | None:
    if cursor is None:
        return 1
    last = cursor.removeprefix("after-")
    return int(last) // PAGE_SIZE + 1 if last.isdecimal() and int(last) < GAMES else None


def _revision(query: Mapping[str, str]) -> int:
    return int(query.get("revision", "1"))


if __name__ == "__main__":
    main()
