"""What one environment's database shows, as names and texts that another's can be held against."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.compare.facts import Facts
from supaops.config import Config
from supaops.db.compare import server_facts
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import LiveObject, read_state, settle_in
from supaops.errors import MissingExtension
from supaops.render import Kind

OBJECTS = "live objects"
CHAIN = "live chain"


def live(conn: Connection, config: Config) -> Facts:
    """Return the server, its extensions and settings, and every object in our namespace.

    Reads in one transaction that changes nothing. Where the chain cannot work at all, the objects
    are left out and the reason is a fact.

    Raises: DatabaseError.
    """
    with translated("reading what is live"), conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        settle_in(conn)
        facts = {f"live {group}": values for group, values in server_facts(conn).items()}
        try:
            with conn.transaction():
                objects = dict(_objects(conn, config))
        except MissingExtension as error:
            return {**facts, CHAIN: {"the chain": error.message}}
        return {**facts, CHAIN: {"the chain": "can work"}, OBJECTS: objects}


def _objects(conn: Connection, config: Config) -> Iterator[tuple[str, str]]:
    state = read_state(conn, config, {})
    for address, each in state.live.items():
        if each.kind is not Kind.SCHEMA:
            owner = "" if address in state.recorded else "-- not made by supaops\n"
            yield address, owner + _text(each)


def _text(each: LiveObject) -> str:
    """Return the definition; a secret's without the digest, whose salt is the database's own."""
    if each.kind is Kind.VAULT_SECRET:
        return "\n".join(each.definition.splitlines()[:-1])
    return each.definition
