"""Read Vault: names, and digests of the values that it can decrypt."""

from __future__ import annotations

from typing import Any

import psycopg

from supaops.db.connect import Connection
from supaops.db.queries import query
from supaops.errors import MissingExtension


def vault_rows(conn: Connection, salt: bytes, names: list[str]) -> list[dict[str, Any]]:
    """Return a row per named secret: name, id, description, digest, decrypts and is_paused.

    Vault fails the whole statement when one value does not decrypt, as after a restore without
    its root key. Only then is each secret asked for by itself.

    Args:    conn: inside a transaction; names: of the secrets whose digest is wanted.
    Raises:  MissingExtension when this role may not read Vault.
    """
    try:
        with conn.transaction():
            return conn.execute(
                query("live.vault_secrets"), {"salt": salt, "names": names}
            ).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise MissingExtension(
            f"this role may not read Vault: {error.diag.message_primary}",
            hint="connect as `postgres`, the role that Supabase grants Vault to",
        ) from error
    except psycopg.errors.DataError:
        return _one_by_one(conn, salt, names)


def _one_by_one(conn: Connection, salt: bytes, names: list[str]) -> list[dict[str, Any]]:
    wanted = frozenset(names)
    rows = conn.execute(query("live.vault_names")).fetchall()
    return [
        {**row, **(_digest(conn, salt, row["id"]) if row["name"] in wanted else _NOT_ASKED)}
        for row in rows
    ]


_NOT_ASKED: dict[str, Any] = {"digest": None, "decrypts": True, "is_paused": False}


def _digest(conn: Connection, salt: bytes, secret_id: object) -> dict[str, Any]:
    """Return one secret's digest, or that there is none.

    Source: supabase_vault 0.3.1, `invalid ciphertext` in src/pgsodium.c, SQLSTATE 22000.
    """
    try:
        with conn.transaction():
            row = conn.execute(query("live.vault_digest"), {"salt": salt, "id": secret_id})
            return {**(row.fetchone() or _NOT_ASKED), "decrypts": True}
    except psycopg.errors.DataError:
        return {**_NOT_ASKED, "decrypts": False}
