"""What is read of the connection and the server."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.checks.sources import Sources
from supaops.clock import utc_now
from supaops.db.connect import POOLER_PORT
from supaops.db.health.server import Pulse, ServerFacts, read_pulse, read_server
from supaops.db.live import EXTENSIONS

_LOOPBACK = ("localhost", "127.", "::1")


@dataclass(frozen=True, slots=True)
class Session:
    """The connection as this machine sees it.

    Attributes:
        host: the server's name; a path for a unix socket.
        backend_pid: of the process that this machine was told it talks to.
    """

    host: str
    port: int
    backend_pid: int

    @property
    def is_transaction_pooler(self) -> bool:
        """Tell whether it goes through Supabase's transaction pooler, which has its own port."""
        return str(self.port) == POOLER_PORT

    @property
    def is_local(self) -> bool:
        """Tell whether it ends on this machine; a container's port may do so too."""
        return not self.host or self.host.startswith(("/", *_LOOPBACK))


@dataclass(frozen=True, slots=True)
class ConnFacts:
    """The connection from both ends."""

    session: Session
    server: ServerFacts


def conn_facts(sources: Sources) -> ConnFacts:
    """Return what both ends say of the connection."""
    info, queue = sources.conn.info, sources.desired.config.queue
    names = [name for name, _ in EXTENSIONS.values()]
    server = read_server(sources.conn, names, queue.schema_name, queue.name)
    return ConnFacts(Session(info.host, info.port, info.backend_pid), server)


def pulse_facts(sources: Sources) -> Pulse:
    """Return how long the way takes, and what the server's clock says."""
    return read_pulse(sources.conn, utc_now)
