"""Read what the database holds now, and what the last apply recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from pydantic import SecretStr

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.db.vault import vault_rows
from supaops.db.workers import Registered, workers_of_late
from supaops.errors import DatabaseError, MissingExtension
from supaops.render.resource import Kind, canonical, digest
from supaops.render.resources import task_type_spec

MIN_SERVER_VERSION_NUM = 150000

# Stands in for the database's own until the first apply has made that.
_ONE_TIME_SALT = token_bytes(32)

EXTENSIONS = {
    "has_cron": ("pg_cron", "create extension pg_cron with schema pg_catalog"),
    "has_net": ("pg_net", "create extension pg_net with schema extensions"),
    "has_vault": ("supabase_vault", "create extension supabase_vault with schema vault cascade"),
}
"""By the column of the query `live.facts` that tells of it: an extension, and how it is made."""

PAUSED = "paused"
"""The fact of a cron job or secret that an operator has stopped for a while."""

UNDECRYPTABLE = "undecryptable"
"""Stands where the digest of a live value would."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the last apply wrote down about one resource."""

    address: str
    kind: Kind
    sha256: str
    live_sha256: str
    definition: str
    live_definition: str


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object as the catalogs show it; `facts` are its ids and the like, never a secret."""

    kind: Kind
    name: str
    definition: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return ``kind.name``, as for a Resource."""
        return f"{self.kind}.{self.name}"

    @property
    def sha256(self) -> str:
        """Return the digest of the live definition."""
        return digest(self.definition)


@dataclass(frozen=True, slots=True)
class State:
    """The database's side of a plan.

    Attributes:
        database_id: system identifier of the cluster and oid of the database; a physical copy
            keeps both, every other database differs.
        live: every object in our namespace by address, ours or not.
        recorded: every resource that supaops owns, by address; empty before the first apply.
        secret_digests: salted digest of each desired secret's value by name; None before the
            salt exists.
        logs_parameters: whether the server writes what statements are given into its log.
        workers: those that have reported of late.
    """

    role: str
    database: str
    database_id: str
    live: Mapping[str, LiveObject]
    recorded: Mapping[str, Recorded]
    secret_digests: Mapping[str, str | None]
    logs_parameters: bool = False
    workers: tuple[Registered, ...] = ()


def settle_in(conn: Connection) -> None:
    """Have the rest of this transaction work alike, whatever the role and its settings."""
    conn.execute(query("live.settings"))


def read_state(conn: Connection, config: Config, secrets: Mapping[str, SecretStr]) -> State:
    """Read live and recorded state in at most thirteen queries, whatever the number of objects.

    Only a Vault that cannot decrypt what is declared costs one more for each such secret.

    Args:    conn: inside a transaction, so that all answers are of one moment.
    Raises:  MissingExtension when the chain cannot work on this server; DatabaseError otherwise.
    """
    with translated("reading the live state"):
        facts = _one(conn, "live.facts")
        _require_chain(facts)
        installed = bool(facts["is_installed"])
        salt = _salt(conn) if installed else None
        digests = {
            name: _secret_digest(salt or _ONE_TIME_SALT, name, secret)
            for name, secret in secrets.items()
        }
        objects = [
            *_live_objects(conn, config, installed=installed, has_limits=bool(facts["has_limits"])),
            *_live_cron_jobs(conn, has_pauses=bool(facts["has_pauses"])),
            *_live_secrets(conn, salt, digests, pausing=config.worker.secret),
        ]
        recorded = _recorded(conn) if installed else {}
        workers = workers_of_late(conn) if facts["has_workers"] else ()
    return State(
        role=facts["role"],
        database=facts["database"],
        database_id=facts["database_id"],
        live={each.address: each for each in [*objects, *_live_steps(recorded)]},
        recorded=recorded,
        logs_parameters=bool(facts["logs_parameters"]),
        workers=workers,
        secret_digests={name: value if salt else None for name, value in digests.items()},
    )


def _one(conn: Connection, name: str) -> dict[str, Any]:
    row = conn.execute(query(name)).fetchone()
    return row if row is not None else {}


def _salt(conn: Connection) -> bytes:
    row = _one(conn, "live.secret_salt")
    if not row:
        raise DatabaseError(
            "supaops.installation has lost its row, and with it the salt of the secrets' digests",
            hint="restore the row from a backup, or insert one with a new random secret_salt",
        )
    return bytes(row["secret_salt"])


def _require_chain(facts: Mapping[str, Any]) -> None:
    """Refuse a server on which the chain cannot run, naming everything that lacks at once."""
    missing = [EXTENSIONS[key] for key in EXTENSIONS if not facts[key]]
    if missing:
        names = ", ".join(name for name, _ in missing)
        raise MissingExtension(
            f"database {facts['database']} lacks {names}",
            hint="run in it: " + "; ".join(statement for _, statement in missing),
        )
    if facts["missing_roles"]:
        raise MissingExtension(
            f"database {facts['database']} lacks the roles {', '.join(facts['missing_roles'])}",
            hint="supaops expects a Supabase database; `supaops local up` starts one",
        )
    if facts["server_version_num"] < MIN_SERVER_VERSION_NUM:
        raise MissingExtension("PostgreSQL 15 or newer is needed", hint="upgrade the server")


def _recorded(conn: Connection) -> dict[str, Recorded]:
    rows = conn.execute(query("live.recorded")).fetchall()
    if unknown := sorted({row["kind"] for row in rows} - set(Kind)):
        raise DatabaseError(
            f"supaops.resource holds kinds that this version does not know: {', '.join(unknown)}",
            hint="a newer version applied here: use that one",
        )
    return {row["address"]: Recorded(**{**row, "kind": Kind(row["kind"])}) for row in rows}


def _live_steps(recorded: Mapping[str, Recorded]) -> Iterator[LiveObject]:
    """Yield schema steps: they run once, so having been recorded is their live state."""
    for each in recorded.values():
        if each.kind is Kind.SCHEMA:
            name = each.address.removeprefix(f"{Kind.SCHEMA}.")
            yield LiveObject(Kind.SCHEMA, name, each.live_definition)


def _live_objects(
    conn: Connection, config: Config, *, installed: bool, has_limits: bool
) -> Iterator[LiveObject]:
    where = {"schema": config.queue.schema_name, "prefix": config.queue.name}
    for kind in (Kind.FUNCTION, Kind.VIEW, Kind.TRIGGER, Kind.GRANT):
        for row in conn.execute(query(f"live.{kind}s"), where):
            yield LiveObject(kind, row.pop("name"), row.pop("definition") or "", row)
    if installed:
        for row in conn.execute(query("live.task_types")):
            yield _live_task_type(row)
    if has_limits:
        for row in conn.execute(query("live.limits")):
            yield LiveObject(Kind.LIMIT, row.pop("name"), canonical(row))


def _live_cron_jobs(conn: Connection, *, has_pauses: bool) -> Iterator[LiveObject]:
    """Yield the cron jobs; what an operator has paused and nobody made active again is marked."""
    rows = conn.execute(query("live.paused_jobs")) if has_pauses else ()
    paused = {row["name"] for row in rows}
    for row in conn.execute(query("live.cron_jobs")):
        spec = {key: row[key] for key in ("schedule", "command", "active")}
        facts = {"jobid": row["jobid"], PAUSED: row["name"] in paused and not row["active"]}
        yield LiveObject(Kind.CRON_JOB, row["name"], canonical(spec), facts)


def _live_task_type(row: dict[str, Any]) -> LiveObject:
    retry = {key: row.pop(f"retry_{key}") for key in ("base", "factor", "max", "jitter")}
    name = row.pop("name")
    return LiveObject(Kind.TASK_TYPE, name, canonical(task_type_spec(retry=retry, **row)))


def _live_secrets(
    conn: Connection, salt: bytes | None, digests: Mapping[str, str], *, pausing: str
) -> Iterator[LiveObject]:
    """Yield Vault's secrets; before the salt is stored, no digest outlives this reading.

    Args:    pausing: name of the secret whose dummy value is a pause.
    """
    for row in vault_rows(conn, salt or _ONE_TIME_SALT, list(digests)):
        kept = (row["digest"] if salt else None) if row["decrypts"] else UNDECRYPTABLE
        definition = secret_definition(row["description"] or "", kept)
        matches = row["decrypts"] and row["digest"] == digests.get(row["name"])
        facts = {"id": row["id"], "value_matches": matches, "decrypts": row["decrypts"]}
        facts[PAUSED] = row["is_paused"] and row["name"] == pausing
        yield LiveObject(Kind.VAULT_SECRET, row["name"], definition, facts)


def _secret_digest(salt: bytes, name: str, secret: SecretStr) -> str:
    """Return the digest that the query `live.vault_secrets` makes of a secret in Vault."""
    return hashlib.sha256(salt + f"{name}:{secret.get_secret_value()}".encode()).hexdigest()


def secret_definition(description: str, value_digest: str | None) -> str:
    """Return the comparable text of a secret: its description and the digest of its value."""
    return canonical({"description": description, "value_digest": value_digest})


def value_digest(definition: str) -> str | None:
    """Return the digest that the comparable text of a secret holds."""
    kept = json.loads(definition.rpartition("value_digest: ")[2])
    return None if kept is None else str(kept)
