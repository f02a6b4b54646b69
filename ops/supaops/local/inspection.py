"""What runs, for a person or a script to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supaops.local import process, state, supervisor
from supaops.local.bootstrap import SCRIPTS
from supaops.local.build import cluster_of
from supaops.local.layout import Home
from supaops.local.settings import WITH_LOOP


@dataclass(frozen=True, slots=True)
class Part:
    """One extension of the chain, or the Data API. Shapes: `kind` is ``native`` or ``stand-in``."""

    name: str
    kind: str
    running: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """A stack, running or not. Shapes: process ids are 0 for what does not run."""

    running: bool
    server_version: str
    source: str
    port: int
    api_url: str
    account: str
    data: Path
    log: Path
    standins_log: Path
    server_pid: int
    supervisor_pid: int
    loops_pid: int
    started_at: datetime | None
    parts: tuple[Part, ...]

    @property
    def healthy(self) -> bool:
        """Return whether all of it runs."""
        return self.running and all(part.running for part in self.parts)


def inspect(root: Path) -> Inspection | None:
    """Return what is known of a project's stack, or None when it has none."""
    home = Home.of(root)
    known = state.read(home.state)
    if known is None:
        return None
    cluster = cluster_of(known)
    pid = cluster.pid() or 0
    helpers = supervisor.running(home) or supervisor.Running(0, 0)
    return Inspection(
        running=known.ready and pid > 0,
        server_version=known.server_version,
        source=known.source,
        port=known.port,
        api_url=known.api_url,
        account=known.account,
        data=cluster.base.data,
        log=cluster.base.log,
        standins_log=home.supervisor_log,
        server_pid=pid,
        supervisor_pid=helpers.supervisor,
        loops_pid=helpers.loops,
        started_at=process.started_at(cluster.base.data) if pid else None,
        parts=_parts(frozenset(known.native), server=pid > 0, loops_run=helpers.loops > 0),
    )


def _parts(native: frozenset[str], *, server: bool, loops_run: bool) -> tuple[Part, ...]:
    extensions = [
        Part(
            name,
            "native" if name in native else "stand-in",
            server and (name in native or name not in WITH_LOOP or loops_run),
        )
        for name in sorted(SCRIPTS)
    ]
    return (*extensions, Part("data_api", "stand-in", server and loops_run))
