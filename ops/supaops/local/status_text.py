"""What runs, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from rich.text import Text

from supaops.local.inspection import Inspection

Row = tuple[str, Text | str]


def status_lines(found: Inspection, now: datetime) -> Iterator[Text]:
    """Yield a line per fact: its name, and what it is."""
    for name, value in _rows(found, now):
        yield Text.assemble((f"{name:<16}", "bold"), value)


def key_lines(keys: Mapping[str, str]) -> Iterator[Text]:
    """Yield a line per key, as a shell takes it."""
    for name, key in keys.items():
        yield Text(f"{name}={key}", overflow="ignore", no_wrap=True)


def _rows(found: Inspection, now: datetime) -> Iterator[Row]:
    yield "server", _state(f"PostgreSQL {found.server_version}", running=found.running)
    yield "from", found.source
    if found.running:
        yield "address", f"127.0.0.1:{found.port}, database postgres"
        yield "api", f"{found.api_url}/rest/v1/rpc/<function>"
        yield "control room", "supaops dashboard, as admin; its password: local status --keys"
        yield "roles", "postgres (no superuser), supabase_admin (superuser)"
        yield "processes", _processes(found)
        yield "uptime", _uptime(found, now)
    for part in found.parts:
        yield part.name, _state(part.kind, running=part.running)
    yield "data", f"{found.data} (account {found.account})"
    yield "log", str(found.log)


def _state(what: str, *, running: bool) -> Text:
    state = ("running", "green") if running else ("not running", "bold red")
    return Text.assemble(f"{what}, ", state)


def _processes(found: Inspection) -> str:
    helpers = f", supervisor {found.supervisor_pid}, stand-ins {found.loops_pid}"
    return f"server {found.server_pid}" + (helpers if found.supervisor_pid else "")


def _uptime(found: Inspection, now: datetime) -> str:
    if found.started_at is None:
        return "unknown"
    return str(now - found.started_at).split(".", maxsplit=1)[0]
