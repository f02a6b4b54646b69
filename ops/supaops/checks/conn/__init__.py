"""The connection and the server."""

from supaops.checks.check import AnyCheck
from supaops.checks.conn.reachable import reachable

CHECKS: tuple[AnyCheck, ...] = (reachable,)
