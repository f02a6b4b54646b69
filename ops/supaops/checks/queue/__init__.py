"""The jobs: how long they wait, how they end, what is left of them."""

from supaops.checks.check import AnyCheck
from supaops.checks.queue.failing import failures, recently_dead, recovery
from supaops.checks.queue.stopped import handlers, paused, undeclared
from supaops.checks.queue.upkeep import counts_are_right, dead_tuples, indexes, retention, xmin
from supaops.checks.queue.waiting import drain_time, expired_leases, growth, oldest_ready

CHECKS: tuple[AnyCheck, ...] = (
    oldest_ready,
    growth,
    drain_time,
    expired_leases,
    paused,
    handlers,
    undeclared,
    failures,
    recently_dead,
    recovery,
    counts_are_right,
    indexes,
    dead_tuples,
    xmin,
    retention,
)
