"""What released versions of supaops have installed, kept to install it again without them.

A file per schema version holds the YAML, and what that version's own apply has recorded: each text
that it ran, and the digest of what the catalogs showed of it. `record` makes the file of the
present version.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from supaops.config import Config
from supaops.db.connect import Connection
from supaops.db.environment import name_environment
from supaops.db.history import has_history, record_versions
from supaops.db.live import LiveObject, Recorded, State, read_state, settle_in
from supaops.db.queries import query
from supaops.db.record import record_resources, record_revision
from supaops.db.write import put
from supaops.plan.rollback import revived
from supaops.render.resource import Kind, Resource, digest

FOLDER = Path(__file__).with_name("installed")

_LIVE = b"update supaops.resource set live_sha256 = %s where address = %s"


@dataclass(frozen=True, slots=True)
class Installed:
    """What one version leaves in an empty database.

    Attributes:
        server: major version of the PostgreSQL whose catalogs printed the live texts.
        base, overlay: the YAML that it was made of.
        texts: what was run, by address; no secret is in it.
        live: digest of what the catalogs showed then, by address.
    """

    server: int
    base: str
    overlay: str
    tool_version: str
    texts: dict[str, str]
    live: dict[str, str]

    def write(self, version: int) -> Path:
        path = _path(version)
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
        return path

    def install(self, conn: Connection, config: Config, secrets: Mapping[str, SecretStr]) -> None:
        """Leave an empty database as that version's apply has left one.

        On a server of another major version, which may print a view in other words, the live side
        is what this one prints.
        """
        made = list(_resources(self))
        with conn.transaction():
            settle_in(conn)
            conn.execute("set local check_function_bodies = off")
            for each in made:
                _make(conn, each, secrets)
            for name, secret in config.vault.secrets.items():
                value = secrets[name].get_secret_value()
                about = {"value": value, "name": name, "description": secret.description}
                conn.execute(query("write.vault_create"), about)
            _record(conn, self, made, read_state(conn, config, secrets))
            if "schema.011_environment" in self.texts:
                name_environment(conn, config.environment)


def versions() -> list[int]:
    """Return the schema versions that there is a file of, oldest first."""
    return sorted(int(path.name.partition(".")[0]) for path in FOLDER.glob("*.json.xz"))


def read(version: int) -> Installed:
    return Installed(**json.loads(lzma.decompress(_path(version).read_bytes())))


def _path(version: int) -> Path:
    return FOLDER / f"{version:03}.json.xz"


def _make(conn: Connection, each: Resource, secrets: Mapping[str, SecretStr]) -> None:
    if each.kind is Kind.SCHEMA:
        conn.execute(each.definition.encode())
    else:
        put(conn, each, None, secrets)


def _resources(old: Installed) -> Iterator[Resource]:
    for address, text in sorted(old.texts.items()):
        kind, _, name = address.partition(".")
        if kind == Kind.SCHEMA:
            yield Resource(Kind.SCHEMA, name, text, "")
    rows = (Recorded(a, Kind(a.partition(".")[0]), "", "", t, "") for a, t in old.texts.items())
    yield from revived(rows, "an installed version")


def _record(conn: Connection, old: Installed, made: list[Resource], state: State) -> None:
    number = record_revision(conn, _about(old))
    made += [_secret(each) for each in state.live.values() if each.kind is Kind.VAULT_SECRET]
    pairs = [(each, state.live.get(each.address) or _step(each)) for each in made]
    record_resources(conn, pairs, number)
    is_same = conn.info.server_version // 10_000 == old.server
    for address, sha256 in old.live.items():
        if is_same or not address.startswith(f"{Kind.VIEW}."):
            conn.execute(_LIVE, [sha256, address])
    if has_history(conn):
        conn.execute("delete from supaops.resource_version")
        record_versions(conn, made, [], number)


def _about(old: Installed) -> dict[str, Any]:
    about = dict.fromkeys(("applied_by", "summary"), "installed again")
    return {**about, "environment": "test", "git_sha": None, "plan": {}} | {
        "tool_version": old.tool_version
    }


def _secret(live: LiveObject) -> Resource:
    return Resource(live.kind, live.name, live.definition, "")


def _step(step: Resource) -> LiveObject:
    return LiveObject(step.kind, step.name, step.definition)


def of_recorded(rows: list[Recorded], **about: Any) -> Installed:
    """Return what an apply has recorded, but for the secrets: their digests are of one database."""
    kept = [each for each in rows if each.kind is not Kind.VAULT_SECRET]
    assert all(each.sha256 == digest(each.definition) for each in kept)
    return Installed(
        texts={each.address: each.definition for each in kept},
        live={each.address: each.live_sha256 for each in kept},
        **about,
    )
