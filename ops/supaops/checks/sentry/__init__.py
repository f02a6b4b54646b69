"""Whether failures are reported."""

from supaops.checks.check import AnyCheck
from supaops.checks.sentry.delivery import delivery, dsn
from supaops.checks.sentry.monitors import watched

CHECKS: tuple[AnyCheck, ...] = (dsn, delivery, watched)
