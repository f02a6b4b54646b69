"""Which cron jobs and secrets made by hand can be declared, and how. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from supaops.config.fields import schedule
from supaops.config.model import Config, CronJob
from supaops.config.names import object_name, text
from supaops.config.places import shorten
from supaops.config.problem import Complaint
from supaops.config.secrecy import kind_of_secret
from supaops.config.statement import check_statement, vault_names
from supaops.db.live import LiveObject, State
from supaops.render.resource import Kind
from supaops.render.resources import cron_command

SECTION = {Kind.CRON_JOB: ("cron", "jobs"), Kind.VAULT_SECRET: ("vault", "secrets")}
_READ_IT = "have it in Vault, and read it from vault.decrypted_secrets by its name"
_CALLS = ("trigger_worker", "cleanup", "maintain")
# A header that carries a credential, with a literal of some length as its value.
_CREDENTIAL = re.compile(
    r"""['"](?:authorization|apikey|x-[\w-]*(?:secret|token|key)[\w-]*)['"]"""
    r"""\s*(?:,|:|=>)\s*E?['"][^'"]{8,}['"]""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One cron job or secret.

    Attributes:
        entry: what the YAML gets; empty when it declares it already, or the item is left.
        fault, remedy: why it is left as it is, and what would change that.
    """

    live: LiveObject
    entry: Mapping[str, Any] = field(default_factory=dict)
    fault: str | None = None
    remedy: str | None = None

    @property
    def label(self) -> str:
        """Return its address as one may show it: a name can be a secret."""
        return f"{self.live.kind}.{shorten(self.live.name, 63)}"


class Left(Exception):
    """An item cannot be declared."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


def cron_items(
    config: Config, state: State, readable_secrets: Iterable[str], telltale: Container[str]
) -> list[Item]:
    """Return each cron job of this role that supaops does not own.

    Args:
        readable_secrets: the names of secrets that will be declared beside those that are.
        telltale: the names of jobs whose command holds the value of a secret in Vault.
    """
    known = {*config.vault.secrets, *readable_secrets}

    def entry(live: LiveObject) -> dict[str, Any]:
        if live.name in telltale:
            raise Left("its command holds the value of a secret in Vault", _READ_IT)
        return _cron_entry(config, live, known)

    return _items(state, Kind.CRON_JOB, config.cron.jobs, entry)


def secret_items(config: Config, state: State) -> list[Item]:
    """Return each named secret in Vault that supaops does not own."""
    taken = {str(each.value) for each in config.vault.secrets.values()}
    return _items(
        state, Kind.VAULT_SECRET, config.vault.secrets, lambda live: _secret_entry(live, taken)
    )


def fields_of(live: LiveObject) -> dict[str, Any]:
    """Return what a row's canonical text holds."""
    pairs = (line.split(": ", 1) for line in live.definition.splitlines())
    return {key: json.loads(value) for key, value in pairs}


def counted_items(kinds: Iterable[Kind]) -> list[str]:
    """Return how many there are of each kind, as in ``2 cron jobs``."""
    found = list(kinds)
    words = ((Kind.CRON_JOB, "cron job"), (Kind.VAULT_SECRET, "secret"))
    counts = ((found.count(kind), word) for kind, word in words)
    return [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts if number]


def _items(
    state: State,
    kind: Kind,
    declared: Mapping[str, Any],
    make: Callable[[LiveObject], Mapping[str, Any]],
) -> list[Item]:
    foreign = (
        each
        for address, each in sorted(state.live.items())
        if each.kind is kind and address not in state.recorded
    )
    return [_item(live, make, is_declared=live.name in declared) for live in foreign]


def _item(
    live: LiveObject, make: Callable[[LiveObject], Mapping[str, Any]], *, is_declared: bool
) -> Item:
    if is_declared:
        return Item(live)
    try:
        _require_name(live.name)
        return Item(live, make(live))
    except Left as left:
        return Item(live, fault=left.fault, remedy=left.remedy)
    except Complaint as complaint:
        return Item(live, fault=complaint.expected, remedy=complaint.hint)


def _require_name(name: str) -> None:
    if kind := kind_of_secret(name):
        raise Left(f"its name holds {kind}", "give it another name")
    try:
        object_name(name)
    except Complaint as complaint:
        raise Left(f"bad name: {complaint.expected}", "give it another name") from complaint


def _cron_entry(config: Config, live: LiveObject, secrets: set[str]) -> dict[str, Any]:
    found = fields_of(live)
    entry = {"schedule": schedule(found["schedule"])}
    entry |= _target(config, live.name, found["command"], secrets)
    return entry if found["active"] else {**entry, "active": False}


def _target(config: Config, name: str, command: str, secrets: set[str]) -> dict[str, str]:
    for call in _CALLS:
        if command in _commands(config, name, call):
            return {"call": call}
    kind = kind_of_secret(command)
    if kind or _CREDENTIAL.search(command):
        raise Left(f"its command holds {kind or 'a credential in a header'}", _READ_IT)
    unknown = [name for name in vault_names(check_statement(command)) if name not in secrets]
    if unknown:
        raise Left(
            f"it reads the secret {shorten(unknown[0])}, which vault.secrets does not declare",
            "import that first: supaops import secrets",
        )
    return {"sql": command}


def _commands(config: Config, name: str, call: str) -> set[str]:
    """Return how a call may stand in cron.job: as a team writes it, and as an apply guards it."""
    spec = {"schedule": "@daily", "call": call}
    jobs = [CronJob.model_validate({**spec, "guard": guard}) for guard in (False, True)]
    return {cron_command(config, name, job) for job in jobs}


def _secret_entry(live: LiveObject, taken: set[str]) -> dict[str, Any]:
    description = text(fields_of(live)["description"])
    if kind := kind_of_secret(description):
        raise Left(f"its description holds {kind}", "give it another description")
    value = _variable(live.name, taken)
    taken.add(value)
    return {"description": description, "value": value} if description else {"value": value}


def _variable(name: str, taken: set[str]) -> str:
    """Return ``env(NAME)`` with the secret's name in capitals, which no other secret has."""
    plain = re.sub(r"[^A-Z0-9_]+", "_", name.upper()).strip("_") or "SECRET"
    base = plain if not plain[0].isdigit() else f"SECRET_{plain}"
    numbered = (f"env({base}_{number})" for number in range(2, len(taken) + 3))
    first = f"env({base})"
    return first if first not in taken else next(each for each in numbered if each not in taken)
