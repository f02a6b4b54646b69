"""The connection and the server."""

from supaops.checks.check import AnyCheck
from supaops.checks.conn.extensions import extensions
from supaops.checks.conn.pulse import clock, latency
from supaops.checks.conn.reachable import reachable
from supaops.checks.conn.server import connections, database, read_only, statement_log, version
from supaops.checks.conn.session import pooler, privileges

CHECKS: tuple[AnyCheck, ...] = (
    reachable,
    version,
    extensions,
    database,
    read_only,
    privileges,
    pooler,
    connections,
    latency,
    clock,
    statement_log,
)
