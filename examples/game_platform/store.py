"""Bring the tables in line with a catalogue, in one transaction of four statements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from examples.game_platform.upstream import Game, Platform
from supaops.worker import AsyncConnection

_UPSERT_PLATFORMS = """
insert into public.platform as p (code, name)
select code, name
  from jsonb_to_recordset(%s::jsonb) as new (code text, name text)
 order by code
    on conflict (code) do update
   set name = excluded.name
 where p.name is distinct from excluded.name
"""

# Ordered by key, so that two syncs at once wait for each other instead of deadlocking. What was
# there before is read in the same snapshot: it tells the new games from the changed ones.
_UPSERT_GAMES = """
with new as (
    select id, slug, title, released_on
      from jsonb_to_recordset(%s::jsonb) as n (id bigint, slug text, title text, released_on date)
), before as (
    select g.id from public.game g join new using (id)
), changed as (
    insert into public.game as g (id, slug, title, released_on)
    select id, slug, title, released_on from new order by id
        on conflict (id) do update
       set slug = excluded.slug, title = excluded.title,
           released_on = excluded.released_on, synced_at = now()
     where (g.slug, g.title, g.released_on)
           is distinct from (excluded.slug, excluded.title, excluded.released_on)
    returning g.id
)
select c.id, b.id is null as is_new from changed c left join before b using (id)
"""

_UPSERT_OFFERS = """
insert into public.game_platform as o (game_id, platform_code, price_cents, currency)
select game_id, platform, price_cents, currency
  from jsonb_to_recordset(%s::jsonb)
       as new (game_id bigint, platform text, price_cents integer, currency text)
 order by game_id, platform
    on conflict (game_id, platform_code) do update
   set price_cents = excluded.price_cents, currency = excluded.currency
 where (o.price_cents, o.currency) is distinct from (excluded.price_cents, excluded.currency)
returning o.game_id as id
"""

_DELETE_OFFERS = """
delete from public.game_platform o
 where o.game_id = any (%s)
   and not exists (
       select from jsonb_to_recordset(%s::jsonb) as new (game_id bigint, platform text)
        where new.game_id = o.game_id and new.platform = o.platform_code)
returning o.game_id as id
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many games were new, changed (prices included), or as they were."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0


async def upsert(
    connection: AsyncConnection, platforms: Sequence[Platform], games: Sequence[Game]
) -> Counts:
    """Write the catalogue; a game that left it is kept, a platform that a game left is not.

    Args:    games: no id twice.
    """
    offers = _offers(games)
    async with connection.transaction():
        await connection.execute(_UPSERT_PLATFORMS, [_json([p.model_dump() for p in platforms])])
        cursor = await connection.execute(_UPSERT_GAMES, [_rows(games)])
        is_new = {row["id"]: row["is_new"] for row in await cursor.fetchall()}
        touched = await _ids(connection, _UPSERT_OFFERS, [offers])
        touched |= await _ids(connection, _DELETE_OFFERS, [[game.id for game in games], offers])
    inserted = {key for key, new in is_new.items() if new}
    updated = (is_new.keys() | touched) - inserted
    return Counts(len(inserted), len(updated), len(games) - len(inserted) - len(updated))


async def _ids(
    connection: AsyncConnection, statement: LiteralString, arguments: list[object]
) -> set[int]:
    cursor = await connection.execute(statement, arguments)
    return {row["id"] for row in await cursor.fetchall()}


def _rows(games: Sequence[Game]) -> str:
    return _json([game.model_dump(mode="json", exclude={"platforms"}) for game in games])


def _offers(games: Sequence[Game]) -> str:
    return _json(
        [{"game_id": game.id, **offer.model_dump()} for game in games for offer in game.platforms]
    )


def _json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows)
