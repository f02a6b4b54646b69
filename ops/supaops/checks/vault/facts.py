"""What is read of the secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from supaops.checks.conn.facts import conn_facts
from supaops.checks.facts import plan_facts
from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.health.vault import Rotation, ValueFacts, read_rotations, read_values
from supaops.db.live import value_digest
from supaops.plan import Change, Plan
from supaops.render.resource import Kind

_ROTATIONS = f"{Kind.SCHEMA}.013_rotation"


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """One declared secret.

    Attributes:
        is_there: whether Vault has one of that name.
        decrypts: whether Vault can decrypt it.
        matches: whether its value is that of its source.
        is_rotating: whether it differs from its source, and a worker accepts both values.
        value: what the value looks like; None when it is not there or cannot be decrypted.
        open_s: since when two values have been good without an end; None in no rotation.
    """

    name: str
    is_there: bool = True
    decrypts: bool = True
    matches: bool = True
    is_rotating: bool = False
    value: ValueFacts | None = None
    open_s: float | None = None

    @property
    def is_real(self) -> bool:
        """Tell whether it holds a value that is meant as one."""
        value = self.value
        return value is not None and not (value.is_empty or value.is_paused or value.is_placeholder)


@dataclass(frozen=True, slots=True)
class VaultFacts:
    """The declared secrets in the order of the YAML, and where the database is."""

    secrets: tuple[SecretFacts, ...]
    is_local: bool = False


def vault_facts(sources: Sources) -> VaultFacts:
    """Return what the plan knows of each declared secret, and what its value looks like."""
    plan, config = sources.facts(plan_facts), sources.desired.config
    changes = dict(_declared(config, plan))
    readable = [name for name, change in changes.items() if _decrypts(change)]
    values = read_values(sources.conn, readable, _source_host(sources))
    rotations = read_rotations(sources.conn) if _knows_rotations(plan) else {}
    secrets = tuple(
        _secret(name, change, values.get(name), rotations.get(name))
        for name, change in changes.items()
    )
    return VaultFacts(secrets, _is_local(sources))


def _declared(config: Config, plan: Plan) -> Iterator[tuple[str, Change]]:
    by_address = {each.address: each for each in plan.changes}
    for name in config.vault.secrets:
        if change := by_address.get(f"{Kind.VAULT_SECRET}.{name}"):
            yield name, change


def _decrypts(change: Change) -> bool:
    return change.live is not None and bool(change.live.facts["decrypts"])


def _knows_rotations(plan: Plan) -> bool:
    return any(each.address == _ROTATIONS for each in plan.of_record)


def _source_host(sources: Sources) -> str:
    """Return the host of the endpoint as its source says; empty when that is no URL."""
    secret = sources.desired.secrets.get(sources.desired.config.worker.endpoint)
    try:
        return (urlsplit(secret.get_secret_value()).hostname or "") if secret else ""
    except ValueError:
        return ""


def _is_local(sources: Sources) -> bool:
    """Tell whether the database and this machine share their loopback interface.

    One in a container is reached at 127.0.0.1 too, and sees another address of its own.
    """
    facts = sources.facts(conn_facts)
    return facts.session.is_local and facts.server.server_address in ("", "127.0.0.1", "::1")


def _secret(
    name: str, change: Change, value: ValueFacts | None, rotation: Rotation | None
) -> SecretFacts:
    live = change.live
    return SecretFacts(
        name,
        is_there=live is not None,
        decrypts=live is None or bool(live.facts["decrypts"]),
        matches=live is not None and bool(live.facts["value_matches"]),
        is_rotating=rotation is not None and _both_good(change, rotation),
        value=value,
        open_s=rotation.open_s if rotation else None,
    )


def _both_good(change: Change, rotation: Rotation) -> bool:
    sides = (change.desired, change.live)
    digests = {value_digest(side.definition) for side in sides if side is not None}
    return digests <= rotation.good
