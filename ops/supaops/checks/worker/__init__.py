"""The worker, asked directly."""

from supaops.checks.check import AnyCheck
from supaops.checks.worker.description import disabled, limit, version
from supaops.checks.worker.endpoint import last_success, reachable, unauthorized

CHECKS: tuple[AnyCheck, ...] = (
    reachable,
    unauthorized,
    last_success,
    disabled,
    version,
    limit,
)
